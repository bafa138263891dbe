import { describe, expect, it } from '@jest/globals';
import { type EpochMs, type StoredToken, StoreUnavailable } from '@weir/core';
import { anAccountId, aTokenRecord, ManualClock } from '@weir/testkit/stores';
import fc from 'fast-check';
import { MemoryConfig } from '../control/memory-config.ts';
import { MemoryTokenStore } from '../control/memory-token-store.ts';
import { FreshConfigSource } from './fresh-config-source.ts';
import { MemoryConfigSource } from './memory-config-source.ts';

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constant(61_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('change' as const, 'delete' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('fail' as const, 'recover' as const) }) },
);

describe('remembered configuration, whatever happens', () => {
  it('is at most five seconds behind while the store is up, a minute and marked while it is down', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = new ManualClock();
        const config = new MemoryConfig();
        const store = new MemoryConfigSource(config, clock);
        const tokens = new MemoryTokenStore(config);
        const source = new FreshConfigSource(store, clock);
        const record = aTokenRecord(anAccountId());
        let upSince: EpochMs = clock.now();
        /** What the store held, and until when. */
        const past: { readonly token: StoredToken | null; until: EpochMs | null }[] = [
          { token: null, until: null },
        ];
        const holds = (token: StoredToken | null) => {
          const last = past.at(-1);
          if (last) last.until = clock.now();
          past.push({ token, until: null });
        };

        for (const [i, happens] of steps.entries()) {
          switch (happens.do) {
            case 'wait':
              clock.advance(happens.ms);
              break;
            case 'change': {
              const changed = { ...record, token: { ...record.token, name: `change ${i}` } };
              const stored = await tokens.findByHash(record.token.hash);
              if (stored) await tokens.update(changed, stored);
              else await tokens.create(changed);
              holds(changed.token);
              break;
            }
            case 'delete':
              await tokens.delete(record);
              holds(null);
              break;
            case 'fail':
              store.isDown = true;
              break;
            case 'recover':
              if (store.isDown) upSince = clock.now();
              store.isDown = false;
              break;
            case 'ask': {
              const answer = await source
                .load({ gateway: null, token: record.token.hash })
                .catch(unavailable);
              await new Promise((resolve) => setImmediate(resolve));
              if (answer === null) {
                expect(store.isDown).toBe(true);
                break;
              }
              // Within a second of a failure the store still counts as down.
              const isUp = !store.isDown && clock.now() - upSince >= 1_000;
              const behind = isUp ? 5_000 : 60_000;
              const wasTrue = past.some(
                ({ token, until }) =>
                  JSON.stringify(token) === JSON.stringify(answer.token) &&
                  (until === null || clock.now() - until <= behind),
              );
              expect(wasTrue).toBe(true);
              if (isUp) expect(answer.stale).toBeNull();
              break;
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

function unavailable(error: unknown): null {
  if (error instanceof StoreUnavailable) return null;
  throw error;
}
