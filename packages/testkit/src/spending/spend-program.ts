/**
 * A process that spends: it reads one line of JSON, makes its requests over one ledger, and writes one line for each.
 * As the gateway does, it hands a request's record over before it settles: the record is the line.
 */
import { createInterface } from 'node:readline';
import { type Budget, durationMs, epochMs, type GatewayId, micros, type RecordId } from '@weir/core';
import { createLedger } from '@weir/stores/ledger';
import type { SpendLine, SpendOrder } from './spend-order.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const EXPIRY = 20 * 60_000;

/** A ULID. */
function newId(at: number): RecordId {
  let [time, text] = [at, ''];
  for (let place = 0; place < 10; place += 1) {
    text = CROCKFORD.charAt(time % 32) + text;
    time = Math.floor(time / 32);
  }
  while (text.length < 26) text += CROCKFORD.charAt(Math.floor(Math.random() * 32));
  return text as RecordId;
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const say = (line: SpendLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);

const { value: order } = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
const { table, account, rule, shards, limit, window, requests, concurrency, estimate, costs }: SpendOrder =
  JSON.parse(order ?? '');
const ledger = createLedger({
  table,
  clock: { now: () => epochMs(Date.now()) },
  // A busy machine is no lost answer.
  patience: { connect: 20_000, answer: 20_000 },
});
const gateway = 'default' as GatewayId;
const budget: Budget = {
  kind: 'limit',
  account,
  gateway,
  rule,
  bucket: '',
  shards,
  limit: micros(BigInt(limit)),
  window: { technique: window, length: durationMs(365 * 24 * 3_600_000) },
};

async function spendOnce(): Promise<void> {
  const at = epochMs(Date.now());
  const id = newId(at);
  const began = performance.now();
  const verdict = await ledger.reserve({
    id,
    account,
    gateway,
    budgets: [budget],
    amount: micros(BigInt(estimate)),
    at,
    expiresAt: epochMs(at + EXPIRY),
    recorded: true,
  });
  const took = performance.now() - began;
  if (!verdict.granted) {
    // A client that is told to come back does.
    if (costs === 'random') await sleep(20 * Math.random());
    return say({ kind: 'refused', took });
  }
  // What the provider takes, or until the client hangs up.
  await sleep(costs === 'random' ? 30 * Math.random() : 2);
  const cost = costs === 'random' ? Math.floor(Math.random() * estimate) : estimate;
  say({ kind: 'served', id, at, cost, took });
  await verdict.reservation.settle(micros(BigInt(cost)));
}

let left = requests;
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    while (left-- > 0) await spendOnce();
  }),
);
process.exit(0);
