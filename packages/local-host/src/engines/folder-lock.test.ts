import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { lockFolder } from './folder-lock.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('a folder stays taken after a garbage collection, although nobody keeps what took it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-lock-'));
  try {
    const file = join(folder, 'lock');
    expect(lockFolder(file, 0)).toBe(true);
    for (let turn = 0; turn < 3; turn++) {
      await nextTurn();
      collectGarbage();
    }
    expect(lockFolder(file, 0)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
