import {
  type ChargedFor,
  type EpochMs,
  epochMs,
  type GatewayId,
  type Micros,
  micros,
  type RecordId,
} from '@weir/core';
import type { LedgerItem } from './ledger-table.ts';

/** What an item remembers of a reservation, as text in an attribute of its own. */
export interface OpenReservation {
  /** What is reserved. */
  readonly amount: Micros;
  readonly expiresAt: EpochMs;
  /** See `ReserveRequest.recorded`. */
  readonly recorded: boolean;
  /** Whose record it is. */
  readonly gateway: GatewayId;
  readonly charged?: ChargedFor;
  /** The next budget of the request, in a ring: see {@link NextBudget}; empty when there is only one. */
  readonly next: string;
  /** Nothing is reserved any more: it only keeps a late repetition of its write away. */
  readonly isTrace: boolean;
}

const PREFIX = 'r';

export const reservationName = (id: RecordId) => `${PREFIX}${id}`;

export function writeReservation({
  amount,
  expiresAt,
  recorded,
  gateway,
  charged,
  next,
  isTrace,
}: OpenReservation): string {
  const kind = isTrace ? 'trace' : recorded ? 'record' : 'none';
  return [amount, expiresAt, kind, gateway, charged ? writeCharged(charged) : '', next].join('/');
}

/** Callers choose models' names, and an item holds many reservations. */
const LONGEST_NAME = 128;

const writeCharged = ({ provider, model }: ChargedFor): string =>
  [provider, model].map((name) => encodeURIComponent(name.slice(0, LONGEST_NAME).toWellFormed())).join(':');

function readCharged(text: string): ChargedFor {
  const [provider = '', model = ''] = text.split(':').map(decodeURIComponent);
  return { provider, model };
}

/** @throws when the ledger did not write it. */
export function readReservation(text: string): OpenReservation {
  const [, amount, expiresAt, kind, gateway, charged, next] =
    /^(\d+)\/(\d+)\/(trace|record|none)\/([^/]*)\/([^/]*)\/(.*)$/.exec(text) ?? [];
  if (amount === undefined || next === undefined) throw new Error('a damaged reservation');
  return {
    amount: micros(BigInt(amount)),
    expiresAt: epochMs(Number(expiresAt)),
    recorded: kind === 'record',
    gateway: gateway as GatewayId,
    ...(charged ? { charged: readCharged(charged) } : {}),
    next,
    isTrace: kind === 'trace',
  };
}

export interface NamedReservation {
  readonly id: RecordId;
  readonly text: string;
  readonly reservation: OpenReservation;
}

/** All that an item holds, traces included. */
export function reservationsIn(item: LedgerItem): readonly NamedReservation[] {
  const found: NamedReservation[] = [];
  for (const [name, text] of item)
    if (name.length === 27 && name.startsWith(PREFIX) && typeof text === 'string')
      found.push({ id: name.slice(1) as RecordId, text, reservation: readReservation(text) });
  return found;
}

export const reservedIn = (item: LedgerItem): bigint =>
  reservationsIn(item).reduce((sum, { reservation }) => sum + reservation.amount, 0n);
