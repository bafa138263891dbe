import { Refusal } from '@weir/core';
import { type ManagementAnswer, succeed } from '../http/answer.ts';

/** Retired (spec 5.3-13): none is ever set, none can be, and taking it away is done. */
export const getSpendingLimit = (): ManagementAnswer =>
  succeed({ enabled: false, config: { amount: null, duration: null, strategy: null } });

export const createSpendingLimit = (): Refusal => new Refusal('spendingLimitRetired');

export const deleteSpendingLimit = (): ManagementAnswer => succeed(null);
