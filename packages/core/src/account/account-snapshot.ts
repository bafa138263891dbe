import type { AccountId } from '../ids.ts';
import type { PriceOverride } from '../money/price-override.ts';
import type { CustomProvider } from './custom-provider.ts';

/** All that the data plane needs of an account, in one stored item with one version number. */
export interface AccountSnapshot {
  readonly id: AccountId;
  /** Grows by one at every change. */
  readonly version: number;
  /** Enabled and disabled ones, at most 100. */
  readonly customProviders: readonly CustomProvider[];
  /** The first that matches counts. */
  readonly prices: readonly PriceOverride[];
}
