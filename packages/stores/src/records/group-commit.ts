/** Sizes are the queue's own limits for one call; the linger is ours. */
export interface GroupLimits {
  readonly entries: number;
  /** Sum over a group. */
  readonly bytes: number;
  /** How long a group may wait for company. Milliseconds. */
  readonly linger: number;
}

export interface GroupCommitOptions<Entry, Verdict> {
  readonly limits: GroupLimits;
  /** Whether more entries are likely to come within the linger. */
  readonly expectMore: () => boolean;
  /** Sends one group; one verdict for each entry, in their order. Must not reject. */
  readonly commit: (group: readonly Entry[]) => Promise<readonly Verdict[]>;
}

interface Waiting<Entry, Verdict> {
  readonly entry: Entry;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends entries in groups without making a lone one wait: at once when nothing else is going on; otherwise when the
 * group is full, when the call before it returns, or when it has lingered, whichever comes first. Full groups go out
 * beside calls in flight, so one slow call holds up nothing.
 */
export class GroupCommit<Entry extends { readonly bytes: number }, Verdict> {
  readonly #options: GroupCommitOptions<Entry, Verdict>;
  #group: Waiting<Entry, Verdict>[] = [];
  #bytes = 0;
  #inFlight = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: GroupCommitOptions<Entry, Verdict>) {
    this.#options = options;
  }

  /** Resolves with what became of the entry. */
  send(entry: Entry): Promise<Verdict> {
    const { entries, bytes, linger } = this.#options.limits;
    if (this.#bytes + entry.bytes > bytes) this.#flush();
    return new Promise((resolve, reject) => {
      this.#group.push({ entry, resolve, reject });
      this.#bytes += entry.bytes;
      if (this.#group.length === entries || this.#hasNothingToWaitFor()) this.#flush();
      else this.#timer ??= setTimeout(() => this.#flush(), linger);
    });
  }

  #hasNothingToWaitFor(): boolean {
    return this.#inFlight === 0 && !this.#options.expectMore();
  }

  #flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const group = this.#group;
    if (group.length === 0) return;
    this.#group = [];
    this.#bytes = 0;
    this.#inFlight++;
    void this.#commit(group);
  }

  async #commit(group: readonly Waiting<Entry, Verdict>[]): Promise<void> {
    try {
      const verdicts = await this.#options.commit(group.map(({ entry }) => entry));
      for (const [index, { resolve, reject }] of group.entries()) {
        const verdict = verdicts[index];
        if (verdict === undefined) reject(new Error('a group came back without a verdict for every entry'));
        else resolve(verdict);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      this.#inFlight--;
      if (this.#hasNothingToWaitFor()) this.#flush();
    }
  }
}
