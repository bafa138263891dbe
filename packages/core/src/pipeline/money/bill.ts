import type { TokenUsage } from '../../form/token-usage.ts';
import { formatDollars, micros } from '../../money/micros.ts';
import type { RecordedCost } from '../../ports/pricing.ts';
import type { UsageSource } from '../../record/request-record.ts';

/** What an answer used and cost, as it is recorded, settled and told. */
export interface Bill {
  readonly usage: TokenUsage | null;
  readonly usageSource: UsageSource | null;
  /** As the answer names it; else the request's. */
  readonly model: string | null;
  /** Null: not known. */
  readonly cost: RecordedCost | null;
  readonly warnings: readonly string[];
}

/** Set on answers that are whole before they leave: dollars with six decimals. */
export const COST_HEADER = 'weir-cost';

export const costHeader = ({ cost }: Bill): readonly (readonly [string, readonly string[]])[] =>
  cost ? [[COST_HEADER, [formatDollars(micros(BigInt(cost.micros)))]]] : [];
