import { type EpochMs, epochMs } from '@weir/core';
import { endOfHour, firstIdAt, type Hour, hourAt, lastIdAt, startOfHour } from './log-place.ts';

/** A stretch of time, both ends inside. Empty when `from` is after `to`. */
export interface LogWindow {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export const BEGINNING = epochMs(0);
const END_OF_TIME = epochMs(Date.UTC(9999, 11, 31, 23, 59, 59, 999));

export function logWindow(from: EpochMs | null, to: EpochMs | null): LogWindow {
  return { from: from ?? BEGINNING, to: to ?? END_OF_TIME };
}

export const isEmpty = ({ from, to }: LogWindow) => from > to;
export const contains = ({ from, to }: LogWindow, time: EpochMs) => time >= from && time <= to;

/** The part of the window from `instant` on. */
export const startingAt = (window: LogWindow, instant: EpochMs): LogWindow =>
  instant > window.from ? { from: instant, to: window.to } : window;

/** Hours that the window touches, first and last. */
export const hourSpan = ({ from, to }: LogWindow): readonly [first: Hour, last: Hour] => [
  hourAt(from),
  hourAt(to),
];

export const coversHour = ({ from, to }: LogWindow, hour: Hour) =>
  from <= startOfHour(hour) && to >= endOfHour(hour);

/** Sort keys of the window's records. */
export const idSpan = ({ from, to }: LogWindow): readonly [first: string, last: string] => [
  firstIdAt(from),
  lastIdAt(to),
];
