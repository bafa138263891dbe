import { ROUTE_BOUNDS } from './bounds.ts';
import type { Output } from './route.ts';

/** One arm of a percentage element. */
export interface Arm {
  /** The output's key. */
  readonly branch: string;
  /** Millionths of a percent; the rest, for `else`. */
  readonly share: number;
}

const PERCENT = /^(\d{1,3})(?:\.(\d{1,6}))?%$/;
const WHOLE = 100_000_000;
const ELSE = 'else';

/**
 * The arms of a percentage element in an order of their own, so that neither a store nor a client that reorders keys moves
 * anybody to another arm: smaller shares first, `else` last.
 *
 * @returns what is wrong, in words, when the outputs are no split.
 */
export function readSplit(outputs: Readonly<Record<string, Output>>): readonly Arm[] | string {
  const branches = Object.keys(outputs);
  if (branches.length === 0) return 'a split needs at least one output, such as "100%"';
  if (branches.length > ROUTE_BOUNDS.outputs)
    return `a split has at most ${ROUTE_BOUNDS.outputs} outputs, this one ${branches.length}: split one of its arms again`;
  const arms: Arm[] = [];
  for (const branch of branches) {
    if (branch === ELSE) continue;
    const share = parseShare(branch);
    if (share === null)
      return `the output "${branch.slice(0, 32)}" is no share: write a percentage such as "10%" or "2.5%", or "else"`;
    arms.push({ branch, share });
  }
  arms.sort((one, other) => one.share - other.share || (one.branch < other.branch ? -1 : 1));
  const sum = arms.reduce((total, { share }) => total + share, 0);
  const said = `the shares sum to ${sum / 1_000_000} %`;
  if (sum > WHOLE) return `${said}: lower them to 100 %`;
  if (branches.includes(ELSE)) return [...arms, { branch: ELSE, share: WHOLE - sum }];
  return sum === WHOLE ? arms : `${said}: raise them to 100 %, or add the output "else" for the rest`;
}

/** @param point in [0, 1). */
export function armAt(arms: readonly Arm[], point: number): string | null {
  let left = point * WHOLE;
  for (const { branch, share } of arms) {
    if (left < share) return branch;
    left -= share;
  }
  return arms.at(-1)?.branch ?? null;
}

function parseShare(text: string): number | null {
  const [, whole, fraction = ''] = PERCENT.exec(text) ?? [];
  return whole === undefined ? null : Number(whole) * 1_000_000 + Number(fraction.padEnd(6, '0'));
}
