import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyBinding } from '@weir/core';
import * as z from 'zod/mini';
import { ask } from '../aws/ask.ts';
import type { ClientOptions, Patience } from '../aws/client-settings.ts';
import { JsonCall } from '../aws/json-call.ts';
import type { DataKey, DataKeyMaker, DataKeyOpener } from './data-keys.ts';

/** A request waits on it, but only on a key's first use in a process. */
const FIRST_USE: Patience = { connect: 1_000, answer: 1_000, attempts: 2 };
/** Milliseconds, halved at random. */
const PAUSE = 80;

/** KMS cannot say more: what it was given is no ciphertext of this key and this context. */
const DAMAGED: ReadonlySet<string> = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);
/** What KMS may answer better a moment later. */
const PASSING =
  /^(ThrottlingException|KMSInternalException|DependencyTimeoutException|KeyUnavailableException|TimeoutError|Http5\d\d)$/;

const made = z.object({ Plaintext: z.string(), CiphertextBlob: z.string() });
const opened = z.object({ Plaintext: z.string() });

/**
 * The master key in AWS KMS, over one signed call (docs.aws.amazon.com/kms/latest/APIReference). Both halves bind what
 * they do to account, gateway and provider as the encryption context, which CloudTrail shows for each use of a key.
 */
class Kms {
  readonly #call: JsonCall;
  readonly #attempts: number;

  constructor(options: ClientOptions) {
    this.#attempts = (options.patience ?? FIRST_USE).attempts;
    this.#call = new JsonCall(
      {
        service: 'kms',
        targetPrefix: 'TrentService',
        version: '1.1',
        endpoint: (region, fips) => `https://kms${fips ? '-fips' : ''}.${region}.amazonaws.com`,
        patience: FIRST_USE,
      },
      options,
    );
  }

  async send(operation: 'GenerateDataKey' | 'Decrypt', input: object): Promise<unknown> {
    const body = JSON.stringify(input);
    for (let left = this.#attempts - 1; ; left--) {
      try {
        return await this.#call.send(operation, body);
      } catch (error) {
        if (left <= 0 || !mayPass(error)) throw error;
        await sleep(PAUSE * (0.5 + Math.random() / 2));
      }
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof Error && (PASSING.test(error.name) || 'code' in error);
}

const contextOf = ({ account, gateway, provider }: KeyBinding) => ({ account, gateway, provider });

/** @param key ARN of the master key. Needs `kms:GenerateDataKey` and nothing else. */
export function kmsDataKeyMaker(key: string, options: ClientOptions = {}): DataKeyMaker {
  const kms = new Kms(options);
  return {
    make: (binding): Promise<DataKey> =>
      ask('make a data key', async () => {
        const answer = await kms.send('GenerateDataKey', {
          KeyId: key,
          KeySpec: 'AES_256',
          EncryptionContext: contextOf(binding),
        });
        const { Plaintext, CiphertextBlob } = made.parse(answer);
        return { key: Buffer.from(Plaintext, 'base64'), wrapped: CiphertextBlob };
      }),
  };
}

/** Needs `kms:Decrypt` and nothing else. Which master key it was, the wrapped key says and the permission confines. */
export function kmsDataKeyOpener(options: ClientOptions = {}): DataKeyOpener {
  const kms = new Kms(options);
  return {
    open: (wrapped, binding): Promise<Buffer | null> =>
      ask('open a data key', async () => {
        try {
          const input = { CiphertextBlob: wrapped, EncryptionContext: contextOf(binding) };
          return Buffer.from(opened.parse(await kms.send('Decrypt', input)).Plaintext, 'base64');
        } catch (error) {
          if (error instanceof Error && DAMAGED.has(error.name)) return null;
          throw error;
        }
      }),
  };
}
