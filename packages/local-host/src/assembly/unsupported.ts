/**
 * The template asks for something that this host cannot do. The host refuses to start rather than run a system that
 * differs from the deployed one without saying so.
 */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';

  /** @param where construct path of the resource, then the attribute: `Stack/Queue/Resource › FifoQueue`. */
  constructor(where: string, what: string) {
    super(`unsupported: ${where}: ${what}`);
  }
}
