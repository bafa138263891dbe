import type { ClientOptions, Patience } from '../aws/client-settings.ts';
import { JsonCall, ServiceError } from '../aws/json-call.ts';

export interface QueueMessage {
  readonly text: string;
  /** Of the text in UTF-8: what the queue counts. */
  readonly bytes: number;
}

export type SendVerdict =
  | { readonly kind: 'queued' }
  /** The call as a whole came to nothing, whatever was in it: worth another try, in company as before. */
  | { readonly kind: 'unanswered'; readonly reason: string }
  /** It was not taken where others may have been: worth another try, alone. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** The queue will never take it. */
  | { readonly kind: 'refused'; readonly reason: string };

/** One attempt: the record sink repeats by itself, with knowledge of which records are still missing. */
const HAND_OFF: Patience = { connect: 1_000, answer: 2_000, attempts: 1 };

const QUEUED: SendVerdict = { kind: 'queued' };
const LEFT_OUT: SendVerdict = { kind: 'failed', reason: 'the queue did not answer for this message' };

/** The records queue: one call for up to ten messages. */
export class RecordQueue {
  readonly #call: JsonCall;
  /** A request's text until its first entry. */
  readonly #opening: string;

  constructor(url: string, options: ClientOptions = {}) {
    const { origin } = new URL(url);
    const service = { service: 'sqs', targetPrefix: 'AmazonSQS', endpoint: origin } as const;
    this.#call = new JsonCall({ ...service, patience: HAND_OFF }, options);
    this.#opening = `{"QueueUrl":${JSON.stringify(url)},"Entries":[`;
  }

  /** One verdict for each message, in their order; never rejects. */
  async send(messages: readonly QueueMessage[]): Promise<readonly SendVerdict[]> {
    let body = this.#opening;
    for (const [index, { text }] of messages.entries())
      body += `${index === 0 ? '' : ','}{"Id":"${index}","MessageBody":${JSON.stringify(text)}}`;
    try {
      const answer = await this.#call.send('SendMessageBatch', `${body}]}`);
      return verdictsIn(answer, messages.length);
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const kind = isAboutContent(error) ? 'failed' : 'unanswered';
      return messages.map(() => ({ kind, reason }));
    }
  }
}

/** One message may be why all were refused. Too many calls are not about what is in them. */
const isAboutContent = (error: unknown) =>
  error instanceof ServiceError && error.status >= 400 && error.status < 500 && !/thrott/i.test(error.name);

/** Checked by hand: every record passes here, and only these members count. */
interface BatchAnswer {
  readonly Successful?: unknown;
  readonly Failed?: unknown;
}

interface Entry {
  readonly Id?: unknown;
  readonly SenderFault?: unknown;
  readonly Code?: unknown;
  readonly Message?: unknown;
}

function verdictsIn(answer: unknown, count: number): readonly SendVerdict[] {
  const { Successful, Failed } = (answer ?? {}) as BatchAnswer;
  const verdicts = new Array<SendVerdict>(count).fill(LEFT_OUT);
  for (const { Id } of entriesOf(Successful)) put(verdicts, Id, QUEUED);
  for (const { Id, SenderFault, Code, Message } of entriesOf(Failed)) {
    const reason = `${Code}: ${Message ?? ''}`;
    put(verdicts, Id, { kind: SenderFault === true ? 'refused' : 'failed', reason });
  }
  return verdicts;
}

function put(verdicts: SendVerdict[], id: unknown, verdict: SendVerdict): void {
  const index = typeof id === 'string' ? Number(id) : -1;
  if (verdicts[index]) verdicts[index] = verdict;
}

const entriesOf = (value: unknown): readonly Entry[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'object' && entry !== null) : [];
