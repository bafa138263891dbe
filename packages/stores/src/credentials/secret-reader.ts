/** Reads whole secrets by their ARN or name. */
export interface SecretReader {
  /** @throws {StoreUnavailable} also when there is no such secret or it has no value. */
  read(id: string): Promise<string>;
}
