import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivately } from './write-privately.ts';

/** The folder cannot be made, or nothing can be written there: no rights, no space, a disk that is read-only. */
export class FolderUnusable extends Error {
  override readonly name = 'FolderUnusable';

  constructor(folder: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The folder ${folder} cannot hold local state (${why}). Set WEIR_DATA to one that can.`, { cause });
  }
}

/** What an earlier start left in the folder cannot be read. */
export class FolderDamaged extends Error {
  override readonly name = 'FolderDamaged';

  /** @param why what is wrong, in one line. */
  constructor(folder: string, why: string, cause?: unknown) {
    super(
      `The folder ${folder} is damaged (${why}). Delete it to start afresh, or set WEIR_DATA to another one.`,
      {
        cause,
      },
    );
  }
}

/**
 * Makes the folder of all local state where it is missing, for its owner only, and writes there once: on a full disk the
 * engines would end with no word of why.
 * @throws {FolderUnusable}
 */
export async function openDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const probe = join(folder, `writable-${process.pid}`);
    await writePrivately(probe, 'yes');
    await rm(probe);
  } catch (cause) {
    throw new FolderUnusable(folder, cause);
  }
}
