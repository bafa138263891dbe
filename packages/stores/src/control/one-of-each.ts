import type { TokenRecord } from '@weir/core';

/**
 * One record for every token id, oldest first. An interrupted roll may leave two items of one id; they differ in
 * their secret only, and the one that changed first is shown, because the other's secret was never given to anyone.
 */
export function oneOfEach(records: readonly TokenRecord[]): TokenRecord[] {
  const shown = new Map<string, TokenRecord>();
  for (const record of records) {
    const other = shown.get(record.token.id);
    if (!other || precedes(record, other)) shown.set(record.token.id, record);
  }
  return [...shown.values()].sort((a, b) => compareKeys(issueKey(a), issueKey(b)));
}

const precedes = (a: TokenRecord, b: TokenRecord) =>
  compareKeys([a.modifiedOn, a.token.hash], [b.modifiedOn, b.token.hash]) < 0;

const issueKey = ({ issuedOn, token }: TokenRecord) => [issuedOn, token.id] as const;

function compareKeys(a: readonly [string, string], b: readonly [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  if (a[1] !== b[1]) return a[1] < b[1] ? -1 : 1;
  return 0;
}
