import { type JsonValue, type PriceOverride, parseGatewayId, Refusal } from '@weir/core';
import * as z from 'zod';
import { type Call, noGateway } from '../access/endpoints.ts';
import { ROUNDS } from '../gateways/rounds.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import { readQuery } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { priceOverrides, slugOf } from './price-overrides.ts';

const name = z.string({ error: 'takes one value' }).min(1).max(256);

const question = z
  .strictObject({ provider: name.optional(), model: name.optional(), gateway: name.optional() })
  .refine(({ provider, model }) => (provider === undefined) === (model === undefined), {
    error: 'provider and model go together',
  })
  .refine(({ provider, gateway }) => gateway === undefined || provider !== undefined, {
    error: 'gateway needs provider and model',
  });

const body = z.strictObject({ prices: priceOverrides });

/**
 * Ours: the account's own prices, and the book that counts beside them. With `provider` and `model` also the price that a
 * request would be charged by now, in the gateway that is named or in any that has none of its own.
 */
export async function getPrices(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const asked = readQuery(call.request, question);
  if (asked instanceof Refusal) return asked;
  const snapshot = await ports.accounts.snapshot(call.account);
  if (!snapshot) return noAccount();
  const list = await ports.prices.load();
  const shown: Record<string, JsonValue> = { book: { ...list.book() }, prices: viewOf(snapshot.prices) };
  const { provider, model, gateway } = asked;
  if (provider === undefined || model === undefined) return succeed(shown);
  const own = await gatewayPrices(call, gateway, ports);
  if (own instanceof Refusal) return own;
  const overrides = [...own, ...snapshot.prices];
  const effective = list.effective({ provider: slugOf(provider), model, at: ports.clock.now(), overrides });
  return succeed({ ...shown, effective: effective && (effective as unknown as JsonValue) });
}

/** Replaces the account's own prices. */
export async function putPrices(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const given = readBody(call.request, body);
  if (given instanceof Refusal) return given;
  for (let round = 0; round < ROUNDS; round++) {
    const snapshot = await ports.accounts.snapshot(call.account);
    if (!snapshot) return noAccount();
    const { prices } = given;
    if ((await ports.accounts.update(snapshot, { prices })) !== 'changed')
      return succeed({ prices: viewOf(prices) });
  }
  return new Refusal('conflict');
}

async function gatewayPrices(
  { account }: Call,
  named: string | undefined,
  { gateways }: ManagementPorts,
): Promise<readonly PriceOverride[] | Refusal> {
  if (named === undefined) return [];
  const id = parseGatewayId(named);
  const gateway = id && (await gateways.get(account, id));
  return gateway ? (gateway.settings.prices ?? []) : noGateway(named);
}

const viewOf = (prices: readonly PriceOverride[]): JsonValue => prices.map((price) => ({ ...price }));

const noAccount = () => new Refusal('notFound', { message: 'This account does not exist.' });
