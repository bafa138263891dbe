import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@weir/testkit/stores';
import { afterSilence, HEARD, type Hearing, leaveToAsk } from './silence.ts';

const clock = new ManualClock();
const after = (silences: number): Hearing => {
  let hearing = HEARD;
  for (let index = 0; index < silences; index++) hearing = afterSilence(hearing, clock.now());
  return hearing;
};
const mayAsk = (hearing: Hearing) => leaveToAsk(hearing, clock.now()).mayAsk;

describe('a store that can be done without', () => {
  it('is asked until three questions in a row had no answer', () => {
    expect([0, 1, 2, 3, 4].map((silences) => mayAsk(after(silences)))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('is then left alone for two seconds', () => {
    const silent = after(3);
    clock.advance(1_999);
    expect(mayAsk(silent)).toBe(false);
    clock.advance(1);
    expect(mayAsk(silent)).toBe(true);
  });

  it('is asked once after each pause, and what comes of that question need not be waited for', () => {
    let hearing = after(3);
    const asked: boolean[] = [];
    for (let half = 0; half < 12; half++) {
      const leave = leaveToAsk(hearing, clock.now());
      asked.push(leave.mayAsk);
      hearing = leave.hearing;
      clock.advance(500);
    }
    expect(asked.map((may, half) => (may ? half : null)).filter((half) => half !== null)).toEqual([4, 8]);
  });

  it('is left alone again when that question had no answer either', () => {
    const silent = after(3);
    clock.advance(2_000);
    const { hearing } = leaveToAsk(silent, clock.now());
    clock.advance(300);
    const still = afterSilence(hearing, clock.now());
    clock.advance(1_999);
    expect(mayAsk(still)).toBe(false);
  });

  it('is asked when the clock was set back in a pause', () => {
    const silent = after(3);
    clock.advance(-3_600_000);
    expect(mayAsk(silent)).toBe(true);
  });
});
