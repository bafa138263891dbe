/**
 * Arguments as they come in pieces. Cohere writes a call without arguments as `null`, or with none at all
 * (spec/providers 2.2): so what may still become that word is held back, and everything else passes at once.
 */
export class CallArguments {
  #held: string | null = '';

  /** What of it may be passed on. */
  push(piece: string): string {
    if (this.#held === null) return piece;
    const text = this.#held + piece;
    if ('null'.startsWith(text.trim())) {
      this.#held = text;
      return '';
    }
    this.#held = null;
    return text;
  }

  /** What is left at the end: nothing that was held is an argument of a tool. */
  static whole(text: unknown): string {
    return typeof text === 'string' && text.trim() !== '' && text.trim() !== 'null' ? text : '{}';
  }
}
