/** Takes what only we should see: the cause of an answer that says "the gateway failed". */
export interface FaultLog {
  report(what: string, error: unknown, requestId: string): void;
}
