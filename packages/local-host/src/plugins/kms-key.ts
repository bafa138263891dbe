import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writePrivately } from '../data/write-privately.ts';
import { KMS_FOLDER, keyFile } from '../engines/kms.ts';
import { errorCode } from '../error-code.ts';
import { arn } from './names.ts';
import { definePlugin } from './plugin.ts';

/** Master keys in files that only their owner can read. One that the data folder holds already is never replaced. */
export const kmsKey = definePlugin({
  types: ['AWS::KMS::Key'],
  properties: z.strictObject({}),
  ignores: {
    Description: 'nothing reads it',
    Enabled: 'nobody disables a file',
    EnableKeyRotation: 'the disk belongs to the developer',
    KeyPolicy: 'IAM is not evaluated',
    PendingWindowInDays: 'nothing is deleted here',
    RotationPeriodInDays: 'the disk belongs to the developer',
    Tags: 'nothing reads them',
  },
  ref: ({ logicalId }) => logicalId,
  attribute({ logicalId }, name) {
    switch (name) {
      case 'Arn':
        return arn('kms', `key/${logicalId}`);
      case 'KeyId':
        return logicalId;
      default:
        return undefined;
    }
  },
  async start(keys, { dataFolder }) {
    for (const { logicalId } of keys) {
      const file = keyFile(join(dataFolder, KMS_FOLDER), logicalId);
      if (!(await exists(file))) await writePrivately(file, randomBytes(32).toString('base64'));
    }
  },
});

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
