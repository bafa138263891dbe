import { DatabaseSync } from 'node:sqlite';

/** A connection that nobody refers to is closed by the garbage collector, and its lock goes with it. */
const held = new Set<DatabaseSync>();

/**
 * Takes the folder for this process until the process ends, however it ends.
 *
 * The lock is SQLite's own exclusive file lock, which the operating system drops with the process: after a kill -9 there
 * is no stale lock to detect, and no process id to mistake for another.
 * @param file is created when missing and stays empty.
 * @param waitMs how long to wait for the present holder.
 * @returns false when another process still holds it.
 */
export function lockFolder(file: string, waitMs: number): boolean {
  const database = new DatabaseSync(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE`);
  } catch (error) {
    database.close();
    if (/locked/.test(String(error))) return false;
    throw error;
  }
  held.add(database);
  return true;
}
