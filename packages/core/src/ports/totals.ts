import type { AccountId, EpochMs, GatewayId } from '../ids.ts';
import type { Dimension, Totals } from '../totals/totals.ts';

export interface TotalsQuery {
  readonly account: AccountId;
  readonly gateway: GatewayId;
  /** Whole minutes, by the time in the records' ids: `from` is inside, `to` is not. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly groupBy: readonly Dimension[];
}

export interface TotalsAnswer {
  readonly totals: readonly Totals[];
  /**
   * All that the log held of records before this time, when it was asked, is in the totals: the time of the question,
   * unless more was new than one question counts. What is later may be in them, in part.
   */
  readonly freshUntil: EpochMs;
}

/**
 * What a gateway's records come to: the sum of those that the log holds, each counted once however often it was
 * delivered. Where records were deleted, they are in no total any more.
 */
export interface TotalsReader {
  /** @throws {StoreUnavailable} */
  read(query: TotalsQuery): Promise<TotalsAnswer>;
}
