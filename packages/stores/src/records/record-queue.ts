import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface QueueMessage {
  readonly text: string;
  /** Of the text in UTF-8: what the queue counts. */
  readonly bytes: number;
}

export type SendVerdict =
  | { readonly kind: 'queued' }
  /** Worth another try. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** The queue will never take it. */
  | { readonly kind: 'refused'; readonly reason: string };

const QUEUED: SendVerdict = { kind: 'queued' };

/** The records queue: one call for up to ten messages. */
export class RecordQueue {
  readonly #client: SQSClient;
  readonly #url: string;

  constructor(client: SQSClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  /** One verdict for each message, in their order; never rejects. */
  async send(messages: readonly QueueMessage[]): Promise<readonly SendVerdict[]> {
    const command = new SendMessageBatchCommand({
      QueueUrl: this.#url,
      Entries: messages.map(({ text }, index) => ({ Id: String(index), MessageBody: text })),
    });
    try {
      const { Successful = [], Failed = [] } = await this.#client.send(command);
      const verdicts = new Map<string | undefined, SendVerdict>();
      for (const { Id } of Successful) verdicts.set(Id, QUEUED);
      for (const { Id, SenderFault, Code, Message } of Failed) {
        verdicts.set(Id, { kind: SenderFault ? 'refused' : 'failed', reason: `${Code}: ${Message ?? ''}` });
      }
      const unanswered: SendVerdict = { kind: 'failed', reason: 'the queue did not answer for this message' };
      return messages.map((_, index) => verdicts.get(String(index)) ?? unanswered);
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return messages.map(() => ({ kind: 'failed', reason }));
    }
  }
}
