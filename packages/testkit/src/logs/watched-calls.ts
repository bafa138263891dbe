/** The error with which a watched call breaks off. */
export class BrokenOff extends Error {}

/**
 * Sees every call of the AWS clients that use its `middleware`, and can break one off: before it is sent, or after it
 * was carried out but before its answer is known.
 */
export class WatchedCalls {
  /** Commands by name, in their order: `PutItemCommand`. */
  readonly names: string[] = [];
  #breakAt: number | null = null;
  #when: 'before' | 'after' = 'before';

  /** @param nth counted from 0, over all clients, from now on. */
  breakOff(nth: number, when: 'before' | 'after'): void {
    this.#breakAt = this.names.length + nth;
    this.#when = when;
  }

  /** Add it to a client's `middlewareStack`, at the step `initialize`. */
  readonly middleware =
    <Call, Answer>(next: (call: Call) => Promise<Answer>, context: { readonly commandName?: string }) =>
    async (call: Call): Promise<Answer> => {
      const isBroken = this.names.length === this.#breakAt;
      this.names.push(context.commandName ?? 'unknown');
      if (isBroken && this.#when === 'before') throw new BrokenOff('broken off before the call');
      const answer = await next(call);
      if (isBroken) throw new BrokenOff('broken off after the call');
      return answer;
    };
}
