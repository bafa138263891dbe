import { beforeEach, describe, expect } from '@jest/globals';
import type {
  CallOutcome,
  CircuitBreaker,
  CircuitId,
  CircuitList,
  CircuitPass,
  Circuits,
  StoredCircuit,
} from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { anAccountId } from './examples.ts';
import type { ManualClock } from './manual-clock.ts';

export interface CircuitsCases {
  readonly name: string;
  readonly make: () => Promise<{
    /** Another process on the same store. */
    readonly process: () => Circuits;
    readonly list: CircuitList;
    /** Of the store and of all processes. */
    readonly clock: ManualClock;
  }>;
  readonly skip?: readonly Skip[];
}

const RULE: CircuitBreaker = { failure_rate: 50, minimum_calls: 20, cool_down: 15 };
/** After this time, and not before, a process looks for news when it is asked. */
const NEWS_AFTER = 2_001;

/** The rules of the {@link Circuits} port, for processes that share one store. */
export function runCircuitsCases({ name, make, skip = [] }: CircuitsCases): void {
  describe(`${name} as circuits`, () => {
    const { rule, end } = rulesOf(skip);
    let start: () => Circuits;
    let list: CircuitList;
    let clock: ManualClock;
    let circuit: CircuitId;

    beforeEach(async () => {
      ({ process: start, list, clock } = await make());
      circuit = { account: anAccountId(), gateway: 'a-gateway', provider: 'openai', host: 'api.openai.com' };
    });

    async function call(circuits: Circuits, outcome: CallOutcome, times = 1): Promise<void> {
      for (let left = times; left > 0; left--) circuits.begin(circuit, RULE).end(outcome);
      await circuits.settled([circuit]);
    }
    /** What the process says once it has heard the news. */
    async function pass(circuits: Circuits): Promise<CircuitPass> {
      circuits.passOf(circuit, RULE);
      await circuits.settled([circuit]);
      return circuits.passOf(circuit, RULE);
    }
    async function stored(): Promise<StoredCircuit> {
      const [only, ...others] = await list.list(circuit);
      if (!only || others.length > 0) throw new Error(`${others.length + (only ? 1 : 0)} circuits, not one`);
      return only;
    }
    /** A circuit that was just opened by a process of its own. */
    async function open(): Promise<Circuits> {
      const circuits = start();
      await call(circuits, 'failed', 20);
      return circuits;
    }

    rule('a new one is closed, and asking leaves nothing in the store', async () => {
      expect(await pass(start())).toBe('closed');
      expect(await list.list(circuit)).toEqual([]);
    });

    rule('opens at half of twenty calls, at once where they failed', async () => {
      const circuits = start();
      await call(circuits, 'fine', 10);
      await call(circuits, 'failed', 9);
      expect(circuits.passOf(circuit, RULE)).toBe('closed');
      await call(circuits, 'failed');
      expect(circuits.passOf(circuit, RULE)).toBe('open');
    });

    rule('what one process decided holds in the others when they next hear of it', async () => {
      const other = start();
      expect(await pass(other)).toBe('closed');
      await open();
      clock.advance(NEWS_AFTER);
      expect(await pass(other)).toBe('open');
    });

    rule('what several processes counted is decided by together, within five seconds', async () => {
      const processes = [start(), start(), start(), start()];
      for (const circuits of processes) await pass(circuits);
      clock.advance(NEWS_AFTER);
      for (const circuits of processes) await call(circuits, 'failed', 6);
      clock.advance(NEWS_AFTER);
      for (const circuits of processes) await pass(circuits);
      clock.advance(NEWS_AFTER);
      for (const circuits of processes) expect(await pass(circuits)).toBe('open');
    });

    rule('a process that has a call now and then shares each when it has ended', async () => {
      await call(start(), 'failed');
      expect([...(await stored()).window.values()]).toEqual([{ calls: 1, failures: 1 }]);
    });

    rule('calls that ended more than thirty seconds ago do not count', async () => {
      const circuits = start();
      await call(circuits, 'failed', 19);
      clock.advance(31_000);
      await call(circuits, 'failed');
      expect(await pass(circuits)).toBe('closed');
    });

    rule('a call of which nothing was learned, or nothing said, does not count', async () => {
      const circuits = start();
      await call(circuits, 'failed', 19);
      await call(circuits, 'nothing-learned', 5);
      circuits.begin(circuit, RULE);
      clock.advance(NEWS_AFTER);
      expect(await pass(circuits)).toBe('closed');
    });

    rule('a call counts once, however often it is ended', async () => {
      const circuits = start();
      const one = circuits.begin(circuit, RULE);
      for (let times = 0; times < 30; times++) one.end('failed');
      await circuits.settled([circuit]);
      expect(await pass(circuits)).toBe('closed');
    });

    rule('keeps gateways, providers and hosts apart', async () => {
      const circuits = await open();
      const others = [
        { ...circuit, gateway: 'another' },
        { ...circuit, provider: 'azure-openai' },
        { ...circuit, host: 'localhost:8080' },
        { ...circuit, account: anAccountId() },
      ];
      expect(others.map((other) => circuits.passOf(other, RULE))).toEqual(others.map(() => 'closed'));
      await circuits.settled(others);
      expect(others.map((other) => circuits.passOf(other, RULE))).toEqual(others.map(() => 'closed'));
    });

    rule('stays open for the cool-down, and then one process of ten has the probe', async () => {
      await open();
      const processes = Array.from({ length: 10 }, start);
      clock.advance(14_900);
      expect(await Promise.all(processes.map(pass))).toEqual(Array(10).fill('open'));
      clock.advance(NEWS_AFTER);
      const passes = await Promise.all(processes.map(pass));
      expect(passes.toSorted()).toEqual([...Array(9).fill('open'), 'probe']);
    });

    rule('one call is the probe: the next is kept away like all the others', async () => {
      const circuits = await open();
      clock.advance(15_000);
      expect(await pass(circuits)).toBe('probe');
      circuits.begin(circuit, RULE);
      expect(circuits.passOf(circuit, RULE)).toBe('open');
    });

    rule('closes everywhere after a probe that went well, and begins to count anew', async () => {
      const circuits = await open();
      clock.advance(15_000);
      expect(await pass(circuits)).toBe('probe');
      await call(circuits, 'fine');
      expect(circuits.passOf(circuit, RULE)).toBe('closed');
      expect(await pass(start())).toBe('closed');
      clock.advance(5_000);
      await call(circuits, 'failed', 19);
      expect(await pass(circuits)).toBe('closed');
      await call(circuits, 'failed');
      expect(await pass(circuits)).toBe('open');
    });

    rule('opens for twice as long after a probe that failed, at most for two minutes', async () => {
      const circuits = await open();
      for (const coolDown of [15, 30, 60, 120, 120]) {
        clock.advance(coolDown * 1_000 - 1);
        expect(await pass(circuits)).toBe('open');
        clock.advance(1);
        expect(await pass(circuits)).toBe('probe');
        await call(circuits, 'failed');
      }
    });

    rule('a probe that taught nothing leaves the probe to the next call', async () => {
      const circuits = await open();
      clock.advance(15_000);
      expect(await pass(circuits)).toBe('probe');
      await call(circuits, 'nothing-learned');
      expect(circuits.passOf(circuit, RULE)).toBe('probe');
    });

    rule('a probe that does not come back is taken over after half a minute', async () => {
      const lost = await open();
      const other = start();
      clock.advance(15_000);
      expect(await pass(lost)).toBe('probe');
      const probe = lost.begin(circuit, RULE);
      clock.advance(29_999);
      expect(await pass(other)).toBe('open');
      clock.advance(1);
      expect(await pass(other)).toBe('probe');
      probe.end('fine');
      await lost.settled([circuit]);
      expect(await stored()).toMatchObject({ phase: { kind: 'half-open' } });
      await call(other, 'fine');
      expect(await stored()).toMatchObject({ phase: { kind: 'closed' } });
    });

    rule('a probe is begun within ten seconds or is another’s', async () => {
      const idle = await open();
      const other = start();
      clock.advance(15_000);
      expect(await pass(idle)).toBe('probe');
      clock.advance(10_001);
      expect(await pass(idle)).toBe('open');
      clock.advance(20_000);
      expect(await pass(other)).toBe('probe');
    });

    rule('a call that had to go there anyway is the probe', async () => {
      const circuits = await open();
      clock.advance(15_000);
      const only = circuits.begin(circuit, RULE);
      await circuits.settled([circuit]);
      expect(circuits.passOf(circuit, RULE)).toBe('open');
      only.end('fine');
      await circuits.settled([circuit]);
      expect(await stored()).toMatchObject({ phase: { kind: 'closed' } });
    });

    rule('a call that went there before the cool-down was over is no probe, however it ends', async () => {
      const circuits = await open();
      const early = circuits.begin(circuit, RULE);
      clock.advance(15_000);
      expect(await pass(circuits)).toBe('probe');
      early.end('fine');
      await circuits.settled([circuit]);
      expect(await stored()).toMatchObject({ phase: { kind: 'half-open' } });
    });

    rule('calls that go there while it is open change nothing', async () => {
      const circuits = await open();
      const before = await stored();
      await call(circuits, 'fine', 50);
      clock.advance(NEWS_AFTER);
      expect(await pass(circuits)).toBe('open');
      expect((await stored()).phase).toEqual(before.phase);
    });

    rule(
      'news that nobody looked at for five seconds keeps nobody away, once the cool-down is over',
      async () => {
        const circuits = await open();
        clock.advance(14_000);
        expect(circuits.passOf(circuit, RULE)).toBe('open');
        await circuits.settled([circuit]);
        clock.advance(6_000);
        expect(circuits.passOf(circuit, RULE)).toBe('closed');
      },
    );

    rule('lists what processes share, by provider and host, for an hour', async () => {
      const circuits = await open();
      await call(circuits, 'fine', 5);
      const openedAt = clock.now();
      circuit = { ...circuit, provider: 'anthropic', host: '127.0.0.1:80' };
      await call(circuits, 'fine', 3);
      clock.advance(NEWS_AFTER);
      await pass(circuits);
      const bucket = Math.floor(openedAt / 5_000);
      expect(await list.list(circuit)).toEqual([
        expect.objectContaining({
          provider: 'anthropic',
          host: '127.0.0.1:80',
          phase: { kind: 'closed', since: null },
          window: new Map([[bucket, { calls: 3, failures: 0 }]]),
        }),
        expect.objectContaining({
          provider: 'openai',
          host: 'api.openai.com',
          phase: { kind: 'open', openedAt, openings: 1, probeAt: openedAt + 15_000 },
          window: new Map([[bucket, { calls: 20, failures: 20 }]]),
        }),
      ]);
      clock.advance(3_601_000);
      expect(await list.list(circuit)).toEqual([]);
    });

    end();
  });
}
