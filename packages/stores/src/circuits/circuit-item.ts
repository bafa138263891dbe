import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  BUCKETS,
  type CallCounts,
  type CircuitId,
  type CircuitOwner,
  type CircuitPhase,
  type EpochMs,
  epochMs,
  NEW_CIRCUIT,
} from '@weir/core';
import * as z from 'zod/mini';
import { parseItem, storedJson, storedNumber, storedString } from '../table/stored-attributes.ts';
import { circuitName, KEPT_FOR, type VersionedCircuit } from './circuit-table.ts';

export type Item = Record<string, AttributeValue>;

const time = z.pipe(z.number(), z.transform(epochMs));

const phase: z.ZodMiniType<CircuitPhase> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('closed'), since: z.nullable(time) }),
  z.object({ kind: z.literal('open'), openedAt: time, openings: z.number(), probeAt: time }),
  z.object({ kind: z.literal('half-open'), openedAt: time, openings: z.number(), until: time }),
]);

const shape = z.object({
  sk: storedString(z.string()),
  version: z.optional(storedNumber(z.number())),
  phase: z.optional(storedJson(phase)),
});

/** Where a circuit is kept: all those of a gateway are read together. */
export const circuitsKey = ({ account, gateway }: CircuitOwner): string => `C#${account}#${gateway}`;

export const circuitKey = (circuit: CircuitId): Item => ({
  pk: { S: circuitsKey(circuit) },
  sk: { S: circuitName(circuit) },
});

/** The bucket in each of the places, and its counts: `b<place>`, `c<place>`, `f<place>`. */
export const placeOf = (bucket: number): number => bucket % BUCKETS;

export const ttlAt = (now: EpochMs): number => Math.ceil(now / 1_000) + KEPT_FOR;

/** Whether anybody wrote to it lately. */
export const isCurrent = (item: Item, now: EpochMs): boolean => numberIn(item, 'ttl') * 1_000 > now;

export function circuitOf(item: Item): VersionedCircuit {
  const { sk, version, phase: stored } = parseItem(shape, item);
  const [provider = '', ...host] = sk.split('#');
  return {
    provider,
    host: host.join('#'),
    version: version ?? 0,
    phase: stored ?? NEW_CIRCUIT,
    window: windowOf(item),
  };
}

function windowOf(item: Item): ReadonlyMap<number, CallCounts> {
  const window = new Map<number, CallCounts>();
  for (let place = 0; place < BUCKETS; place++) {
    const bucket = item[`b${place}`]?.N;
    if (bucket !== undefined)
      window.set(Number(bucket), {
        calls: numberIn(item, `c${place}`),
        failures: numberIn(item, `f${place}`),
      });
  }
  return window;
}

const numberIn = (item: Item, name: string): number => Number(item[name]?.N ?? 0);
