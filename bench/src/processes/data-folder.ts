import { accessSync, constants, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** The records of a full run take a few hundred megabytes; a container's memory folder often has 64. Bytes. */
const ENOUGH = 1024 ** 3;

/** Whether the embedded stores can keep their files in memory on this system. */
export const hasMemoryFolder = hasRoom(MEMORY);

/**
 * A new folder for the embedded stores; in memory where the system offers that. The embedded queue waits for the disk once
 * for each record, ten times a call: with a slow one it takes fewer records than the gateway answers requests, calls time
 * out and are made again, and what is measured is the disk.
 */
export const newDataFolder = (): string =>
  mkdtempSync(join(hasMemoryFolder ? MEMORY : tmpdir(), 'weir-bench-'));

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= ENOUGH;
  } catch {
    return false;
  }
}
