import { accessSync, constants, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';

/** Whether the embedded stores can keep their files in memory on this system. */
export const hasMemoryFolder = isWritable(MEMORY);

/**
 * A new folder for the embedded stores; in memory where the system offers that. The embedded queue waits for the disk once
 * for each record, ten times a call: with a slow one it takes fewer records than the gateway answers requests, calls time
 * out and are made again, and what is measured is the disk.
 */
export const newDataFolder = (): string =>
  mkdtempSync(join(hasMemoryFolder ? MEMORY : tmpdir(), 'weir-bench-'));

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
