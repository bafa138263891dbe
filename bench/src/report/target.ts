import type { Spread } from '../measures/statistics.ts';

export interface Target {
  readonly what: string;
  readonly limit: number;
  /** Every round has to find just the limit, neither more nor less. */
  readonly exactly?: true;
  readonly unit: '×' | 'ms' | 's' | 'KB' | 'call' | 'calls' | 'requests' | 'answers' | '%';
  readonly of: string;
  /** Null: not measured in this run. */
  readonly measured: Spread | null;
  /** Where to look when it is missed. */
  readonly explained?: Explained | string;
}

export interface Explained {
  /** Whose profile tells where the gateway's time goes. */
  readonly scenario: string;
  /** The same number of a process that does nothing but hand bytes on. Null: not measured. */
  readonly floor: Spread | null;
}

export function isReached({ measured, limit, exactly }: Target): boolean {
  if (measured === null) return false;
  return exactly ? measured.low === limit && measured.high === limit : measured.median <= limit;
}
