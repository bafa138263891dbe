import { SQSClient } from '@aws-sdk/client-sqs';
import { type ClientOptions, clientSettings, type Patience } from './client-settings.ts';

/** One attempt: the record sink repeats by itself, with knowledge of which records are still missing. */
const HAND_OFF: Patience = { connect: 1_000, answer: 2_000, attempts: 1 };

/** One per process: it keeps its connections. */
export function createSqsClient(options: ClientOptions = {}): SQSClient {
  return new SQSClient({
    ...clientSettings('sqs', HAND_OFF, options),
    // The connection is TLS; hashing every message once more costs up to a fifth of the call.
    md5: false,
  });
}
