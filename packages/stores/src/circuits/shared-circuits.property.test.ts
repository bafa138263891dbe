import { describe, expect, it } from '@jest/globals';
import type { CallOutcome, CircuitBreaker, CircuitCall, CircuitId } from '@weir/core';
import { anAccountId, ManualClock } from '@weir/testkit/stores';
import fc from 'fast-check';
import { createMemoryCircuits } from './create-circuits.ts';
import { MemoryCircuitTable } from './memory-circuit-table.ts';

const RULE: CircuitBreaker = { failure_rate: 50, minimum_calls: 3, cool_down: 5 };
const PROCESSES = 3;
/** A probe begins within 10 s after it was taken, and 30 s after that it is given up. */
const PROBE_IS_ALONE_FOR = 20_000;

type Step =
  | { readonly kind: 'ask'; readonly process: number; readonly hears: boolean }
  | { readonly kind: 'end'; readonly call: number; readonly outcome: CallOutcome }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'store'; readonly isDown: boolean };

const step = (outcomes: readonly CallOutcome[]): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('ask' as const),
        process: fc.nat({ max: PROCESSES - 1 }),
        hears: fc.boolean(),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('end' as const),
        call: fc.nat({ max: 20 }),
        outcome: fc.constantFrom(...outcomes),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        milliseconds: fc.constantFrom(100, 1_000, 2_001, 5_001, 9_000, 31_000),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('store' as const), isDown: fc.boolean() }),
    },
  );

interface UnderWay {
  readonly call: CircuitCall;
  readonly isProbe: boolean;
  readonly beganAt: number;
}

/** Processes that share a table, and what is under way in them. */
class World {
  readonly clock = new ManualClock();
  readonly table = new MemoryCircuitTable(this.clock);
  readonly processes = Array.from({ length: PROCESSES }, () => createMemoryCircuits(this.clock, this.table));
  readonly circuit: CircuitId = { account: anAccountId(), gateway: 'g', provider: 'p', host: 'h' };
  readonly underWay: UnderWay[] = [];
  /** What was said to requests, in order. */
  readonly passes: string[] = [];

  async take(next: Step): Promise<void> {
    switch (next.kind) {
      case 'ask':
        return this.#ask(next.process, next.hears);
      case 'end':
        this.underWay.splice(next.call % Math.max(1, this.underWay.length), 1)[0]?.call.end(next.outcome);
        return;
      case 'wait':
        this.clock.advance(next.milliseconds);
        return;
      case 'store':
        this.table.isDown = next.isDown;
    }
  }

  async #ask(process: number, hears: boolean): Promise<void> {
    const circuits = this.processes[process];
    if (!circuits) throw new Error('no such process');
    const pass = circuits.passOf(this.circuit, RULE);
    this.passes.push(pass);
    if (pass !== 'open') {
      const call = circuits.begin(this.circuit, RULE);
      this.underWay.push({ call, isProbe: pass === 'probe', beganAt: this.clock.now() });
    }
    if (hears) await circuits.settled([this.circuit]);
  }

  get probes(): number {
    const now = this.clock.now();
    return this.underWay.filter(({ isProbe, beganAt }) => isProbe && now - beganAt < PROBE_IS_ALONE_FOR)
      .length;
  }
}

const ALL: readonly CallOutcome[] = ['fine', 'failed', 'failed', 'failed', 'nothing-learned'];

describe('circuits of several processes, whatever happens when', () => {
  it('send one probe at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step(ALL), { maxLength: 120 }), async (steps) => {
        const world = new World();
        for (const next of steps) {
          await world.take(next);
          expect(world.probes).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keep nobody away from a provider that never fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step(['fine', 'nothing-learned']), { maxLength: 80 }), async (steps) => {
        const world = new World();
        for (const next of steps) await world.take(next);
        expect(world.passes.filter((pass) => pass !== 'closed')).toEqual([]);
      }),
    );
  });

  it('keep nobody away for longer than a cool-down, a probe and the news of it take', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step(ALL), { maxLength: 80 }), async (steps) => {
        const world = new World();
        for (const next of steps) await world.take(next);
        world.table.isDown = false;
        // Every later call goes well: within the longest cool-down and two lost probes all are let through.
        for (let second = 0; second < 200; second++) {
          world.clock.advance(1_000);
          for (const [process] of world.processes.entries())
            await world.take({ kind: 'ask', process, hears: true });
          while (world.underWay.length > 0) await world.take({ kind: 'end', call: 0, outcome: 'fine' });
          for (const circuits of world.processes) await circuits.settled([world.circuit]);
        }
        expect(world.passes.slice(-PROCESSES)).toEqual(Array(PROCESSES).fill('closed'));
      }),
      { numRuns: 30 },
    );
  });

  it('keep nobody away once the store has been down for five seconds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step(ALL), { maxLength: 80 }), async (steps) => {
        const world = new World();
        for (const next of steps) await world.take(next);
        for (const circuits of world.processes) await circuits.settled([world.circuit]);
        world.table.isDown = true;
        for (let second = 0; second < 8; second++) {
          world.clock.advance(1_001);
          for (const [process] of world.processes.entries())
            await world.take({ kind: 'ask', process, hears: true });
        }
        expect(world.passes.slice(-PROCESSES).filter((pass) => pass === 'open')).toEqual([]);
      }),
    );
  });
});
