import type { SealedSecret } from '../ports/key-ring.ts';
import type { KeyPlace } from '../providers/credential/credential.ts';

/** A provider key that a gateway keeps (spec 5.2), as it stands in the snapshot. Nothing in it is the key itself. */
export type StoredKey = {
  /** A uuid. */
  readonly id: string;
  /** A provider's slug, or `custom-{slug}`. */
  readonly provider: string;
  readonly alias: string;
  readonly defaultConfig: boolean;
  /** Where the secret lies: sealed here, or in the operator's secret store under this name. */
  readonly secret:
    | { readonly kind: 'sealed'; readonly sealed: SealedSecret }
    | { readonly kind: 'named'; readonly secretId: string };
  /** A mask such as `sk-…Q9xZ`. */
  readonly preview: string;
  /** What of the secret is no secret and says where requests go. */
  readonly place: KeyPlace;
  /** Requests in `ratePeriod` seconds; null: no limit. */
  readonly rateLimit: number | null;
  readonly ratePeriod: number;
  /**
   * Ours: keys of one provider and alias group, tried from the lowest `order`; among equals one is drawn by `weight`. The next
   * is taken when one is refused (401, 403) or exhausted (429).
   */
  readonly order: number;
  readonly weight: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly modifiedAt: string;
};
