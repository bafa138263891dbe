import { Refusal } from '@weir/core';
import * as z from 'zod';
import type { Call } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { fromCents } from './cents.ts';
import { topUpAmount } from './top-up-amount.ts';

const topUpId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" and "-"');

const topUpBody = z.strictObject({
  amount: topUpAmount,
  /** Taken as the contract has it. There is no card to choose. */
  payment_method_id: z.string().max(256).exactOptional(),
  /** Ours: the same top-up told twice counts once. */
  id: topUpId.exactOptional(),
});

const statusBody = z.strictObject({ payment_intent_id: topUpId });

/**
 * Credits the account (spec 1.5, 5.3-8). The contract charges a card; here somebody who may make money says that it was
 * paid, hence the permission. Told again with the same id it is the same top-up; with another amount, a 409.
 */
export async function createTopUp(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, topUpBody);
  if (body instanceof Refusal) return body;
  const id = body.id ?? `topup_${Buffer.from(ports.ids.random(12)).toString('hex')}`;
  const made = await ports.credits.topUp(call.account, {
    id,
    amount: fromCents(body.amount),
    by: call.token.id,
    at: ports.clock.now(),
  });
  if (made === 'conflict') {
    return new Refusal('duplicate', {
      message: `The top-up "${id}" was made before, with another amount. Nothing was changed.`,
      path: ['body', 'id'],
    });
  }
  return succeed({ client_secret: null, onboarding: false, payment_intent_id: id });
}

/** Every top-up that there is, is complete: nothing is waited for. */
export async function getTopUpStatus(
  call: Call,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, statusBody);
  if (body instanceof Refusal) return body;
  const id = body.payment_intent_id;
  const found = await ports.credits.findTopUp(call.account, id);
  return found === null
    ? new Refusal('notFound', { message: `There is no top-up "${id}" in this account.` })
    : succeed({ payment_intent_id: id, status: 'completed' });
}

export function onlyOperators(): Refusal {
  return new Refusal('forbiddenApi', {
    message:
      'No card can be charged here: an operator of this gateway tops up, with a token that has the permission "Credits Write".',
  });
}
