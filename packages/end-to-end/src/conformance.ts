/**
 * `npm run conformance [-- client=… target=… feature=… mode=…]`: the whole table into docs/conformance.md, or some of
 * its cells onto the terminal. Ends with 1 when a cell misses that is not the provider's own miss.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  conformancePage,
  recordedAnswers,
  runConformance,
  runRecorded,
  type Selection,
  tally,
} from '@weir/testkit/conformance';
import { RECORDINGS, startSimulatedGateway } from './__fixtures__/conformance-gateway.ts';

const PAGE = fileURLToPath(new URL('../../../docs/conformance.md', import.meta.url));

const selection: Selection = Object.fromEntries(
  process.argv.slice(2).map((argument) => argument.split('=', 2) as [string, string]),
);
const gateway = await startSimulatedGateway();
const started = performance.now();
try {
  const cells = await runConformance(gateway, gateway.simulators, selection);
  const { pass, miss, skip } = tally(cells);
  for (const { verdict, client, target, feature, mode, note } of cells)
    if (verdict === 'miss') print(`miss ${client} → ${target}, ${feature}, ${mode}: ${note}`);
  const reasons = new Set(
    cells.flatMap(({ verdict, feature, note }) => (verdict === 'skip' ? `${feature}: ${note}` : [])),
  );
  for (const reason of reasons) print(`skip ${reason}`);
  const recordings = Object.keys(selection).length > 0 ? [] : recordedAnswers(RECORDINGS);
  if (recordings.length === 0)
    print(`skip recorded answers: none at ${RECORDINGS}, or only some cells were asked for`);
  const recorded = await runRecorded(recordings, gateway, gateway.simulators);
  for (const { verdict, recording, client, note } of recorded)
    if (verdict === 'miss') print(`miss recorded ${recording} → ${client}: ${note}`);
  for (const line of new Set(gateway.logged)) print(line);
  print(
    `${pass} passed, ${miss} missed, ${skip} skipped in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  if (Object.keys(selection).length === 0) await writeFile(PAGE, conformancePage(cells, recorded));
  const isSound = [
    ...cells.map((it) => it.verdict !== 'miss' || it.explained),
    ...recorded.map((it) => it.verdict !== 'miss'),
  ];
  process.exitCode = isSound.includes(false) ? 1 : 0;
} finally {
  await gateway.stop();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
