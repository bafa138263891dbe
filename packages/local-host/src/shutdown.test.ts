import { expect, test } from '@jest/globals';
import { Shutdown } from './shutdown.ts';

function recording(graceMs: number) {
  const events: string[] = [];
  return { events, shutdown: new Shutdown(graceMs, (source, text) => events.push(`${source}: ${text}`)) };
}

test('steps run once, the newest first, each when the one before has ended', async () => {
  const { events, shutdown } = recording(1_000);
  shutdown.addOwnBound(() => events.push('first'));
  shutdown.add(async () => {
    await Promise.resolve();
    events.push('second');
  });
  await Promise.all([shutdown.run(), shutdown.run()]);
  await shutdown.run();
  expect(events).toEqual(['second', 'first']);
});

test('a step that fails is logged and the others run', async () => {
  const { events, shutdown } = recording(1_000);
  shutdown.add(() => events.push('ran'));
  shutdown.add(() => {
    throw new Error('broken step');
  });
  await shutdown.run();
  expect(events).toEqual([expect.stringMatching(/^host: while stopping: Error: broken step/), 'ran']);
});

test('a step that never ends is left behind when the grace period is over', async () => {
  const { events, shutdown } = recording(0);
  shutdown.add(() => events.push('ran'));
  shutdown.add(() => new Promise(() => {}));
  await shutdown.run();
  expect(events).toEqual(['host: something did not stop in time and was left behind', 'ran']);
});
