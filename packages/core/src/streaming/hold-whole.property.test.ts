import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { durationMs } from '../ids.ts';
import type { StreamFault } from './byte-stream.ts';
import { type Held, holdWhole } from './hold-whole.ts';

const FAULT: StreamFault = { kind: 'reset', message: 'broke off' };
const LIMITS = { maxBytes: 20, maxWait: durationMs(5_000) };

type Step = { readonly send: Uint8Array } | 'time' | 'read' | 'pause' | 'resume';

/** A source under the test's hand that notes whether it may send, and a clock with one hand. */
class Source {
  consumer: { chunk(bytes: Uint8Array): void; end(fault: StreamFault | null): void } | null = null;
  flows = true;
  alarm: (() => void) | null = null;

  readonly stream = {
    consume: (consumer: NonNullable<Source['consumer']>) => {
      this.consumer = consumer;
    },
    pause: () => {
      this.flows = false;
    },
    resume: () => {
      this.flows = true;
    },
    cancel: () => undefined,
  };

  readonly timer = {
    after: (_: number, run: () => void) => {
      this.alarm = run;
      return () => {
        this.alarm = null;
      };
    },
  };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 12 }).map((send) => ({ send })) },
  fc.constantFrom<Step>('time', 'read', 'pause', 'resume'),
);

describe('holding a body back', () => {
  test('loses nothing and doubles nothing, however it is cut, timed, paused and ended', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom(null, FAULT),
        async (steps, fault) => {
          const source = new Source();
          let held: Held | null = null;
          const holding = holdWhole(source.stream, LIMITS, source.timer).then((it) => {
            held = it;
            return it;
          });
          const sent: Uint8Array[] = [];
          const received: Uint8Array[] = [];
          const ends: (StreamFault | null)[] = [];
          let isRead = false;
          let paused = false;
          const readNow = (it: Held | null) => {
            if (isRead || it?.kind !== 'open') return;
            isRead = true;
            it.stream.consume({
              chunk: (bytes) => void received.push(bytes),
              end: (reason) => void ends.push(reason),
            });
          };
          for (const it of steps) {
            const now = held as Held | null;
            if (it === 'time') source.alarm?.();
            else if (it === 'read') readNow(now);
            else if (it === 'pause' || it === 'resume') {
              if (now?.kind !== 'open') continue;
              paused = it === 'pause';
              now.stream[it]();
            } else {
              sent.push(it.send);
              source.consumer?.chunk(it.send);
            }
            await Promise.resolve();
            await Promise.resolve();
            if (isRead) expect(source.flows).toBe(!paused);
            else if (held) expect(source.flows).toBe(false);
          }
          source.consumer?.end(fault);
          const result = await holding;
          const all = Buffer.concat(sent);
          if (result.kind === 'open') {
            readNow(result);
            expect(ends).toEqual([fault]);
            expect(Buffer.concat(received)).toEqual(all);
          } else {
            expect(all.length).toBeLessThanOrEqual(LIMITS.maxBytes);
            expect(result).toEqual(
              fault ? { kind: 'broken', fault } : { kind: 'whole', bytes: expect.anything() },
            );
            if (result.kind === 'whole') expect(Buffer.from(result.bytes)).toEqual(all);
          }
          expect(source.alarm).toBeNull();
        },
      ),
    );
  });

  test('a reader that has enough while it takes the held chunks is not sent more', async () => {
    const source = new Source();
    const holding = holdWhole(source.stream, LIMITS, source.timer);
    source.consumer?.chunk(new Uint8Array(LIMITS.maxBytes + 1));
    const held = await holding;
    if (held.kind !== 'open') throw new Error('still held');
    held.stream.consume({ chunk: () => held.stream.pause(), end: () => undefined });
    expect(source.flows).toBe(false);
    held.stream.resume();
    expect(source.flows).toBe(true);
  });
});
