import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type Cell,
  conformancePage,
  RECORDED_HEADING,
  type RecordedCell,
  recordedAnswers,
  runConformance,
  runRecorded,
  tally,
} from '@weir/testkit/conformance';
import {
  RECORDINGS,
  type SimulatedGateway,
  startSimulatedGateway,
} from './__fixtures__/conformance-gateway.ts';

let gateway: SimulatedGateway;
let cells: readonly Cell[];
let recorded: readonly RecordedCell[];
beforeAll(async () => {
  gateway = await startSimulatedGateway();
  cells = await runConformance(gateway, gateway.simulators);
  const recordings = recordedAnswers(RECORDINGS);
  if (recordings.length === 0) process.stderr.write(`skipped: no recorded answers at ${RECORDINGS}\n`);
  recorded = await runRecorded(recordings, gateway, gateway.simulators);
}, 300_000);
afterAll(() => gateway?.stop());

test('at least 98 of 100 cells that apply pass, and each miss is one of the provider itself', () => {
  const { pass, miss } = tally(cells);
  expect(pass / (pass + miss)).toBeGreaterThanOrEqual(0.98);
  expect(cells.filter(({ verdict, explained }) => verdict === 'miss' && !explained)).toEqual([]);
});

test('docs/conformance.md is what the suite finds (npm run conformance writes it)', async () => {
  const page = await readFile(new URL('../../../docs/conformance.md', import.meta.url), 'utf8');
  const checked = recorded.length > 0 ? page : `${page.split(`\n${RECORDED_HEADING}`)[0]}`;
  expect(conformancePage(cells, recorded)).toBe(checked);
});

test('every recorded answer is taken by every official SDK', () => {
  expect(recorded.filter(({ verdict }) => verdict === 'miss')).toEqual([]);
});

test('every client, provider and feature has cells, and whatever is skipped says why', () => {
  expect(new Set(cells.map(({ client }) => client)).size).toBe(3);
  expect(new Set(cells.map(({ target }) => target)).size).toBeGreaterThanOrEqual(20);
  expect(cells.filter(({ verdict, note }) => verdict !== 'pass' && note === '')).toEqual([]);
});

test('no cell made a function fail', () => {
  expect(gateway.logged).toEqual([]);
});
