import type { EpochMs, RecordId } from '@weir/core';
import { epochMs } from '@weir/core';
import type { ItemKey } from '../table/keys.ts';

/** Whose logs: `~` stands where a request named no account or gateway that exists. */
export interface LogScope {
  readonly account: string;
  readonly gateway: string;
}

/** `YYYY-MM-DDTHH`, UTC. */
export type Hour = string;
/** `YYYY-MM-DDTHH:MM`, UTC. */
export type Minute = string;
/** `YYYY-MM-DD`, UTC. */
export type Day = string;

/** A partition takes 1,000 writes a second; this many share an hour of one gateway. */
export const SHARDS = 4;

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const MS_PER_HOUR = 3_600_000;
const MS_PER_MINUTE = 60_000;

/** The time in a ULID. */
export function timeOf(id: RecordId): EpochMs {
  let time = 0;
  for (const character of id.slice(0, TIME_CHARACTERS)) time = time * 32 + CROCKFORD.indexOf(character);
  return epochMs(time);
}

/** The smallest and the greatest ULID of an instant; instants that no ULID of ours has are moved to the nearest. */
export const firstIdAt = (time: EpochMs) => `${timePart(time)}${'0'.repeat(16)}`;
export const lastIdAt = (time: EpochMs) => `${timePart(time)}${'Z'.repeat(16)}`;

function timePart(time: EpochMs): string {
  let rest = withinCalendar(time);
  let text = '';
  for (let place = 0; place < TIME_CHARACTERS; place += 1) {
    text = CROCKFORD.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

export function hourAt(time: EpochMs): Hour {
  return new Date(withinCalendar(time)).toISOString().slice(0, 13);
}

export const hourOf = (id: RecordId): Hour => hourAt(timeOf(id));
export const startOfHour = (hour: Hour): EpochMs => epochMs(Date.parse(`${hour}:00:00Z`));
/** Its last millisecond. */
export const endOfHour = (hour: Hour): EpochMs => epochMs(startOfHour(hour) + MS_PER_HOUR - 1);

export const minuteAt = (time: EpochMs): Minute => new Date(withinCalendar(time)).toISOString().slice(0, 16);
export const minuteOf = (id: RecordId): Minute => minuteAt(timeOf(id));
export const hourOfMinute = (minute: Minute): Hour => minute.slice(0, 13);
export const startOfMinute = (minute: Minute): EpochMs => epochMs(Date.parse(`${minute}:00Z`));
/** Its last millisecond. */
export const endOfMinute = (minute: Minute): EpochMs => epochMs(startOfMinute(minute) + MS_PER_MINUTE - 1);
export const dayAt = (time: EpochMs): Day => new Date(withinCalendar(time)).toISOString().slice(0, 10);

function withinCalendar(time: EpochMs): number {
  return Math.min(Math.max(Math.trunc(time), 0), LAST_INSTANT);
}

export const shardOf = (id: RecordId): number => hashOf(id) & (SHARDS - 1);

/** FNV-1a: spreads ids of one millisecond evenly and is the same everywhere. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 16) ^ hash;
}

/** Where a shard of an hour keeps its records. */
export const shardPartition = ({ account, gateway }: LogScope, hour: Hour, shard: number) =>
  `L#${account}#${gateway}#${hour}#${shard}`;

/** The id alone gives a record's place. */
export const recordKey = (scope: LogScope, id: RecordId): ItemKey => ({
  pk: shardPartition(scope, hourOf(id), shardOf(id)),
  sk: id,
});

/** An item of its own, so that a record delivered again cannot overwrite it. */
export const feedbackKey = (scope: LogScope, id: RecordId): ItemKey => ({
  pk: shardPartition(scope, hourOf(id), shardOf(id)),
  sk: `${id}#FEEDBACK`,
});

/** In another partition than the record, so that counting records does not read bodies. */
export const bodiesKey = ({ account, gateway }: LogScope, id: RecordId): ItemKey => ({
  pk: `B#${account}#${gateway}#${hourOf(id)}#${shardOf(id)}`,
  sk: id,
});

/** Which hours hold records. */
export const hourPartition = ({ account, gateway }: LogScope) => `H#${account}#${gateway}`;
export const hourKey = (scope: LogScope, hour: Hour): ItemKey => ({ pk: hourPartition(scope), sk: hour });

/** Gateways whose logs are to be removed. */
export const DELETED_GATEWAYS = 'D#GATEWAYS';
export const deletedGatewayKey = ({ account, gateway }: LogScope): ItemKey => ({
  pk: DELETED_GATEWAYS,
  sk: `${account}#${gateway}`,
});

/** Minutes whose totals are to be counted again: spread by gateway, so that those of one are one query. */
export const DIRTY_PARTITIONS = 8;
export const dirtyPartition = (partition: number) => `D#TOTALS#${partition}`;
export const dirtyKey = ({ account, gateway }: LogScope, minute: Minute): ItemKey => ({
  pk: dirtyPartition(hashOf(`${account}#${gateway}`) & (DIRTY_PARTITIONS - 1)),
  sk: `${account}#${gateway}#${minute}`,
});

/** What the records of a minute come to. */
export const totalsPartition = ({ account, gateway }: LogScope, day: Day) => `S#${account}#${gateway}#${day}`;
export const totalsKey = (scope: LogScope, minute: Minute): ItemKey => ({
  pk: totalsPartition(scope, minute.slice(0, 10)),
  sk: minute,
});

export const bodyObjectKey = ({ account, gateway }: LogScope, id: RecordId, which: 'request' | 'response') =>
  `bodies/${account}/${gateway}/${hourOf(id)}/${id}/${which}.zst`;
