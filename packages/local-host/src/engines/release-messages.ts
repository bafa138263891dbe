import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * Makes messages that the last run had received but not deleted visible again. On AWS they would stay hidden until their
 * visibility timeout ends, because a consumer may still work on them; here the only consumer was the host that ended.
 *
 * Works on the file of fauxqs 2.4.1 while it is closed: its own `ChangeMessageVisibility(0)` fails on a persistent queue.
 */
export function releaseMessages(file: string): void {
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file);
  try {
    // A host killed in its first second leaves a file without tables.
    if (!database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sqs_messages'").get()) return;
    database.exec(
      'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE receipt_handle IS NOT NULL',
    );
  } finally {
    database.close();
  }
}
