import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { ItemKey } from '../table/keys.ts';
import type { LedgerChange, LedgerCondition, LedgerItem } from './ledger-table.ts';

type Item = Record<string, AttributeValue>;

const NOT_OURS = new Set(['pk', 'sk', 'ttl']);

export const keyOf = ({ pk, sk }: ItemKey): Item => ({ pk: { S: pk }, sk: { S: sk } });

export function ledgerItem(stored: Item): LedgerItem {
  const item = new Map<string, bigint | string>();
  for (const name in stored) {
    const { N, S } = stored[name] ?? {};
    if (NOT_OURS.has(name)) continue;
    if (N !== undefined) item.set(name, BigInt(N));
    else if (S !== undefined) item.set(name, S);
  }
  return item;
}

/** Every name has a stand-in: which ones are reserved words is not ours to know. */
export function updateOf(key: ItemKey, change: LedgerChange): Omit<UpdateItemCommandInput, 'TableName'> {
  const names = new Map<string, string>();
  const values: Item = {};
  const name = (text: string) => {
    const known = names.get(text) ?? `#${names.size}`;
    names.set(text, known);
    return known;
  };
  const value = (of: bigint | string) => {
    const stand = `:${Object.keys(values).length}`;
    values[stand] = typeof of === 'string' ? { S: of } : { N: of.toString() };
    return stand;
  };
  const set = Object.entries({
    ...change.set,
    ...(change.forgetAt === undefined ? {} : { ttl: BigInt(Math.ceil(change.forgetAt / 1000)) }),
  }).map(([of, to]) => `${name(of)} = ${value(to)}`);
  const add = Object.entries(change.add ?? {}).map(([of, by]) => `${name(of)} ${value(by)}`);
  const removed = (change.remove ?? []).map(name);
  const clauses = [
    ['SET', set],
    ['ADD', add],
    ['REMOVE', removed],
  ] as const;
  const condition = change.when.map((one) => conditionOf(one, name, value)).join(' AND ');
  return {
    Key: keyOf(key),
    UpdateExpression: clauses
      .filter(([, parts]) => parts.length > 0)
      .map(([verb, parts]) => `${verb} ${parts.join(', ')}`)
      .join(' '),
    ...(condition ? { ConditionExpression: condition } : {}),
    ExpressionAttributeNames: Object.fromEntries([...names].map(([text, stand]) => [stand, text])),
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
    ReturnValues: 'ALL_NEW',
  };
}

function conditionOf(
  condition: LedgerCondition,
  name: (text: string) => string,
  value: (of: bigint | string) => string,
): string {
  const of = name(condition.name);
  switch (condition.kind) {
    case 'absent':
      return `attribute_not_exists(${of})`;
    case 'is':
      return `${of} = ${value(condition.value)}`;
    case 'at-most': {
      const holds = `${of} <= ${value(condition.value)}`;
      return condition.value >= 0n ? `(attribute_not_exists(${of}) OR ${holds})` : holds;
    }
    case 'at-least': {
      const holds = `${of} >= ${value(condition.value)}`;
      return condition.value <= 0n ? `(attribute_not_exists(${of}) OR ${holds})` : holds;
    }
  }
}
