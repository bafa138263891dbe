/** Reads whole secrets by their ARN or name. */
export interface SecretReader {
  /** @throws {StoreUnavailable} also when there is no such secret or it has no value. */
  read(id: string): Promise<string>;
}

/** Finds secrets that need not be there. */
export interface SecretFinder {
  /** Null: there is no secret of this name, or it is about to be deleted. @throws {StoreUnavailable} */
  find(name: string): Promise<string | null>;
}
