import {
  type AccountId,
  durationMs,
  type EpochMs,
  type GatewayId,
  type Micros,
  type RecordId,
  type RequestRecord,
} from '@weir/core';
import { timeOf } from '../logs/log-place.ts';

/** The record of a request whose process died before it handed one over: all that is known is what it had reserved. */
export function estimatedRecord({
  id,
  account,
  gateway,
  amount,
  at,
}: {
  readonly id: RecordId;
  readonly account: AccountId;
  readonly gateway: GatewayId;
  readonly amount: Micros;
  readonly at: EpochMs;
}): RequestRecord {
  const createdAt = timeOf(id);
  return {
    schema: 1,
    id,
    account,
    gateway,
    createdAt,
    requestId: id,
    eventId: '',
    surface: 'api',
    method: 'POST',
    path: '',
    provider: null,
    model: null,
    modelType: null,
    statusCode: 500,
    success: false,
    cached: false,
    outcome: {
      kind: 'broken',
      blame: 'gateway',
      message: 'The gateway was interrupted; its reservation was charged.',
    },
    duration: durationMs(Math.max(0, at - createdAt)),
    firstByte: null,
    usage: null,
    usageSource: 'estimated',
    cost: { micros: Number(amount), book: 'reservation', price: 'reservation' },
    metadata: {},
    requestContentType: null,
    responseContentType: null,
    requestSize: 0,
    responseSize: 0,
    streamed: false,
    userAgent: null,
    authenticated: false,
    tokenId: null,
    wholesale: false,
    compatibilityMode: false,
    step: 0,
    attempts: [],
    configVersion: null,
    warnings: ['cost-estimated'],
    requestBody: null,
    responseBody: null,
  };
}
