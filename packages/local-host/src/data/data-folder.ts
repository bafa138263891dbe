import { access, constants, mkdir } from 'node:fs/promises';

/** The folder cannot be made, or not be written to. */
export class FolderUnusable extends Error {
  override readonly name = 'FolderUnusable';

  constructor(folder: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The folder ${folder} cannot hold local state (${why}). Set WEIR_DATA to one that can.`, { cause });
  }
}

/**
 * Makes the folder of all local state where it is missing, for its owner only.
 * @throws {FolderUnusable}
 */
export async function openDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new FolderUnusable(folder, cause);
  }
}
