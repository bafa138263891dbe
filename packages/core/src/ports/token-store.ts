import type { JsonValue } from '../gateway/json-value.ts';
import type { StoredToken } from '../identity/stored-token.ts';
import type { AccountId, TokenHash, TokenId } from '../ids.ts';

/** A token as the token API shows it: the compiled verdict and, beside it, what the creator wrote. */
export interface TokenRecord {
  readonly token: StoredToken;
  /** As written: echoed back, never evaluated. */
  readonly policies: JsonValue;
  readonly condition: JsonValue;
  /** RFC 3339. */
  readonly issuedOn: string;
  readonly modifiedOn: string;
}

export interface TokenStore {
  findByHash(hash: TokenHash): Promise<TokenRecord | null>;
  get(account: AccountId, id: TokenId): Promise<TokenRecord | null>;
  /** All of the account's tokens, oldest first. */
  list(account: AccountId): Promise<readonly TokenRecord[]>;
  create(record: TokenRecord): Promise<void>;
  /** Replaces everything but the hash, if the token is still what `read` says. False when it was changed, rolled or deleted. */
  update(record: TokenRecord, read: TokenRecord): Promise<boolean>;
  /**
   * Gives the token another secret: the stored contents under `newHash`, with the `modifiedOn` of `record`. Crash-safe:
   * at no moment are both secrets invalid, and the old one stops working before this resolves. Null when the token was
   * deleted or rolled by someone else meanwhile: `newHash` then opens nothing.
   */
  roll(record: TokenRecord, newHash: TokenHash): Promise<TokenRecord | null>;
  /** Ends the token, and with it what an interrupted `roll` may have left. */
  delete(record: TokenRecord): Promise<void>;
}
