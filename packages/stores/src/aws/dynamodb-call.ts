import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AttributeValue,
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  GetItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { ClientOptions, Patience } from './client-settings.ts';
import { dynamodbEndpoint } from './dynamodb-endpoint.ts';
import { JsonCall, ServiceError } from './json-call.ts';

/** Binary values are bytes here and base64 on the wire, at an item's top level; no item of ours has one deeper. */
type Item = Record<string, AttributeValue>;

/** A request waits on this store, so it is short; a second attempt covers a connection that died while frozen. */
const HOT_PATH: Patience = { connect: 1_000, answer: 1_000, attempts: 2 };
/** Before the second attempt. Milliseconds; doubled for each further one, and up to half of it taken off by chance. */
const PAUSE = 50;
/** The service's 16 MB, with what is binary in base64. Bytes. */
const LARGEST_ANSWER = 24 * 1024 * 1024;

/** The service asks for the call to come again later; it has done nothing. */
const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/**
 * The few operations of DynamoDB that requests wait for, signed and sent without the SDK; names, shapes and error names
 * are the service's (packages/core/decisions/2026-11-23-requests-ask-dynamodb-without-the-sdk.md).
 *
 * A call is made again, as often as its patience says, when it was throttled, or when nobody knows what became of it: a
 * write may then happen twice. Every caller's writes are such that this does no harm.
 */
export class DynamoDBCall {
  readonly #call: JsonCall;
  readonly #attempts: number;

  /** @throws when neither the options nor the environment say region and credentials. */
  constructor(options: ClientOptions = {}) {
    const patience = options.patience ?? HOT_PATH;
    this.#attempts = patience.attempts;
    this.#call = new JsonCall(
      {
        service: 'dynamodb',
        targetPrefix: 'DynamoDB_20120810',
        endpoint: dynamodbEndpoint,
        patience,
        largestAnswer: LARGEST_ANSWER,
      },
      options,
    );
  }

  /** @returns null: there is no such item. */
  async getItem(input: GetItemCommandInput): Promise<Item | null> {
    const { Item: item } = (await this.#send('GetItem', input)) as { readonly Item?: Item };
    return item ? withBytes(item) : null;
  }

  /** @returns the attributes that `ReturnValues` asks for; none: empty. */
  async updateItem({ ExpressionAttributeValues: values, ...input }: UpdateItemCommandInput): Promise<Item> {
    const sent = { ...input, ...(values ? { ExpressionAttributeValues: withBase64(values) } : {}) };
    const { Attributes: item } = (await this.#send('UpdateItem', sent)) as { readonly Attributes?: Item };
    return item ? withBytes(item) : {};
  }

  async putItem({ Item: item, ...input }: PutItemCommandInput): Promise<void> {
    await this.#send('PutItem', { ...input, Item: item && withBase64(item) });
  }

  async batchGetItem(
    input: BatchGetItemCommandInput,
  ): Promise<Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>> {
    const answer = (await this.#send('BatchGetItem', input)) as BatchGetItemCommandOutput;
    for (const items of Object.values(answer.Responses ?? {})) for (const item of items) withBytes(item);
    return answer;
  }

  async #send(operation: string, input: object): Promise<object> {
    const body = JSON.stringify(input);
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#call.send(operation, body);
        if (typeof answer === 'object' && answer !== null) return answer;
        throw new TypeError('the answer is no JSON object');
      } catch (error) {
        if (attempt >= this.#attempts || !isWorthRepeating(error)) throw error;
        await sleep(PAUSE * 2 ** (attempt - 1) * (1 - Math.random() / 2));
      }
    }
  }
}

/** Whatever is not the service's own word that the call as such is wrong, or its condition refused. */
function isWorthRepeating(error: unknown): boolean {
  return !(error instanceof ServiceError) || error.status >= 500 || THROTTLED.has(error.name);
}

/** Changes the item: it was read from an answer that nobody else has. */
function withBytes(item: Item): Item {
  for (const name in item) {
    const value = item[name];
    // What the type calls bytes is text as it comes.
    if (value?.B !== undefined) item[name] = { B: Buffer.from(String(value.B), 'base64') };
  }
  return item;
}

function withBase64(item: Item): Readonly<Record<string, AttributeValue | { readonly B: string }>> {
  const sent: Record<string, AttributeValue | { readonly B: string }> = {};
  for (const name in item) {
    const value = item[name];
    if (value) sent[name] = value.B === undefined ? value : { B: base64(value.B) };
  }
  return sent;
}

const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
