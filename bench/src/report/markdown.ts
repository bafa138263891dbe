import type { PolicyRound } from '../measures/policies.ts';
import type { RoundResult, ScenarioResult } from '../measures/rounds.ts';
import type { FallbackRound } from '../measures/route-fallback.ts';
import { PROCESSES } from '../measures/several-processes.ts';
import { type Spread, spread } from '../measures/statistics.ts';
import type { HotPlace } from '../profile/summarise.ts';
import type { Results } from '../results.ts';
import { number } from './number.ts';
import { processRows } from './several-processes.ts';
import { isReached, type Target } from './target.ts';
import { targets } from './targets.ts';
import { whyMissed } from './why-missed.ts';

export function markdown(results: Results): string {
  return [
    '# Benchmark results',
    'Written by `npm run bench`; do not edit. Medians of interleaved rounds, lowest and highest round in brackets.',
    environmentTable(results),
    '## Numbers to reach',
    targetTable(targets(results)),
    ...whyMissed(results, targets(results)),
    '## Pass-through of chat completions',
    ...results.scenarios.flatMap((scenario) => [`### ${scenario.scenario.name}`, scenarioTable(scenario)]),
    '## Caching and limiting',
    policyTable(results),
    '## Ledger',
    ledgerTable(results),
    '## Several processes',
    processTable(results),
    '## Routes',
    routingTable(results),
    fallbackTable(results),
    '## Functions',
    bundleTable(results),
    coldStartTable(results),
    '## How this was measured',
    method(results),
    ...profileSections(results),
  ]
    .join('\n\n')
    .concat('\n');
}

function environmentTable({ environment }: Results): string {
  return table(
    ['', ''],
    [
      ['Date', environment.startedAt],
      ['Command', `\`${environment.command}\`, ${environment.minutes.toFixed(1)} minutes`],
      ['Commit', environment.commit],
      ['Machine', `${environment.machine}; load average ${environment.loadAverage.toFixed(1)} at the start`],
      ...(environment.stolen == null
        ? []
        : [['CPU time taken by other machines', `${(environment.stolen * 100).toFixed(1)} %`] as const]),
      ['System', environment.system],
      ['Node', environment.node],
      ['Peer', environment.peer],
    ],
  );
}

function policyTable({ policies }: Results): string {
  if (policies.length === 0) return 'Not measured.';
  const ways: readonly (readonly [string, keyof PolicyRound])[] = [
    ['a gateway with neither', 'bare'],
    ['cache hit, 4 KB', 'hit'],
    ['the same, in the gateway: from the request’s head until the last byte is written', 'hitInGateway'],
    ['cache miss under a sliding limit', 'limitedMiss'],
    ['the same answer without a gateway', 'direct'],
    ['GetItem of the embedded engine, asked as the gateway asks', 'getItem'],
    ['UpdateItem of the embedded engine, adding to one number', 'updateItem'],
    ['the conditional write that a sliding limit makes: “one store round trip”', 'decision'],
    [
      'that and GetItem at once, as a miss asks; the engine, one process, takes them in turn',
      'getItemAndDecision',
    ],
  ];
  return table(
    ['1 at a time, from the same client', 'p50, ms'],
    ways.map(([name, way]) => [name, number(spread(policies.map((round) => round[way])))]),
  );
}

function ledgerTable({ ledger }: Results): string {
  if (ledger === null) return 'Not measured.';
  return table(
    ['A budget of $1.00, 500 requests at $0.01, 64 at once, 4 processes', ''],
    [
      ['served', String(ledger.served)],
      ['spent', `$${(ledger.spent / 1_000_000).toFixed(6)}`],
      ['one reservation, p50', `${ledger.reserve.toFixed(2)} ms`],
      ['one UpdateItem through the SDK, p50', `${ledger.updateItem.toFixed(2)} ms`],
    ],
  );
}

function processTable({ processes }: Results): string {
  if (!processes) return 'Not measured.';
  return table(
    [`${PROCESSES} processes of the deployed function`, 'embedded engine', 'DynamoDB Local'],
    processRows(processes),
  );
}

function routingTable({ routing }: Results): string {
  if (routing === null) return 'Not measured.';
  const { elements, decision, split } = routing;
  return table(
    ['In one process, warm', ''],
    [
      [
        `a request’s way through ${elements} elements, with a body of 4 KB, CPU`,
        `${number(spread(decision))} ms`,
      ],
      [
        `10 %, 50 % and the rest of ${split.requests} requests, drawn: the arm farthest from its share`,
        `${split.drawn.toFixed(3)} %`,
      ],
      ['the same, sticky by user', `${split.sticky.toFixed(3)} %`],
      ['users whose second request took another arm', String(split.moved)],
    ],
  );
}

function fallbackTable({ fallback }: Results): string {
  if (fallback.length === 0) return 'Not measured.';
  const ways: readonly (readonly [string, keyof FallbackRound])[] = [
    ['a model by its own name', 'plain'],
    ['a route of that model alone', 'routed'],
    ['a route whose first model fails at once', 'fallback'],
  ];
  return table(
    ['1 at a time, from the same client', 'p50, ms'],
    ways.map(([name, way]) => [name, number(spread(fallback.map((round) => round[way])))]),
  );
}

function targetTable(list: readonly Target[]): string {
  return table(
    ['What', 'Reach', 'Measured', ''],
    list.map((target) => [
      target.what,
      `${target.exactly ? 'exactly' : '≤'} ${target.limit} ${unit(target)}`,
      target.measured ? `${found(target, target.measured)} ${unit(target)}` : 'not measured',
      target.measured ? (isReached(target) ? 'reached' : '**missed**') : '–',
    ]),
  );
}

/** What is counted has no decimals. */
const found = ({ exactly }: Target, measured: Spread) =>
  exactly && measured.low === measured.high ? String(measured.median) : number(measured);

const unit = (target: Target) => [target.unit, target.of].filter(Boolean).join(' ');

function scenarioTable({ rounds, scenario }: ScenarioResult): string {
  const direct = rounds.direct ?? [];
  const names = ['weir', 'portkey', 'pipe', 'direct'].filter((name) => rounds[name]);
  const added = (list: readonly RoundResult[], field: 'p50' | 'p99' | 'firstByteP50' | 'firstByteP99') =>
    cell(list.map((round, index) => round[field] - (direct[index]?.[field] ?? Number.NaN)));
  const whole = (list: readonly RoundResult[], field: 'p50' | 'p99' | 'perSecond') =>
    cell(list.map((round) => round[field]));
  const latency = scenario.streamed ? (['firstByteP50', 'firstByteP99'] as const) : (['p50', 'p99'] as const);
  const label = scenario.streamed ? 'added until first byte' : 'added';
  return table(
    [
      '',
      `p50 ${label}, ms`,
      `p99 ${label}, ms`,
      'p50 in all, ms',
      'per second',
      'CPU per request, ms',
      'memory, MB',
    ],
    names.map((name) => {
      const list = rounds[name] ?? [];
      const own = name === 'direct';
      return [
        name,
        own ? '–' : added(list, latency[0]),
        own ? '–' : added(list, latency[1]),
        whole(list, 'p50'),
        whole(list, 'perSecond'),
        own ? '–' : cell(list.map(({ cpuPerRequest }) => cpuPerRequest ?? Number.NaN)),
        own ? '–' : cell(list.map(({ rssBytes }) => (rssBytes ?? Number.NaN) / 1e6)),
      ];
    }),
  );
}

function bundleTable({ bundles }: Results): string {
  return table(
    ['Function', 'eager, KB', 'loaded on first use, KB', 'import, ms'],
    bundles.map(({ name, eagerBytes, lazyBytes, importTime }) => [
      `\`${name}\``,
      (eagerBytes / 1000).toFixed(0),
      (lazyBytes / 1000).toFixed(0),
      number(importTime),
    ]),
  );
}

function coldStartTable({ coldStarts }: Results): string {
  if (typeof coldStarts === 'string') return `Cold starts: ${coldStarts}`;
  return table(
    [
      'Cold start under the runtime interface client',
      'init, ms',
      'first byte, ms',
      'init, × hello',
      'first byte, × hello',
    ],
    coldStarts.map(({ name, streamed, init, firstByte }) => {
      const hello = coldStarts.find((other) => other.name.startsWith('hello') && other.streamed === streamed);
      const times = (ours: Spread, theirs: Spread | undefined) =>
        (ours.median / (theirs?.median ?? Number.NaN)).toFixed(2);
      return [
        name,
        number(init),
        number(firstByte),
        times(init, hello?.init),
        times(firstByte, hello?.firstByte),
      ];
    }),
  );
}

function method({ handOffs, roundTrips, environment }: Results): string {
  const lines = [
    'Load client, canned upstream, each gateway and the embedded stores run in processes of their own, all on this machine. Every answer is checked for status and size.',
    'Upstream: one chat completion as JSON at once; or, streamed, 300 events of together 97 KB, one every 4 ms.',
    environment.apart
      ? 'Each gateway’s own process has one core, everything else the others, as if the gateway had a machine of its own; else a write that wakes another process can make its writer wait on the same core. Bundles, ledger and cold starts use all cores.'
      : 'No process has a core of its own (one core, or no `taskset`), so that processes can make each other wait.',
    environment.inMemory
      ? 'The embedded stores keep their files in memory: the embedded queue waits for the disk once for each record, which on AWS nobody does, and a slow disk would be measured instead of the gateway.'
      : 'The embedded stores keep their files on this machine’s disk, for which the embedded queue waits once for each record.',
    'Before each scenario each contender answers 8,000 requests 32 at once (or 1,000 short streams, or 100 long ones), so that its compiler has settled; one at a time it would not in any time that a benchmark has.',
    '“Added” is a gateway’s percentile minus the direct way’s in the same round. Ratios are taken within a round.',
    'CPU is user and system time of the gateway’s process as the operating system counts it, until 300 ms after the last answer, so work that follows the last byte is in it; divided by the requests.',
    'Weir: the local host with the synthesised template and the deployed bundles; `provider` route, gateway with authentication and logging on, the hand-off to SQS on. The log consumer, which on AWS is another function with its own CPU, is paused, so that the process is the gateway alone.',
    `During the rounds the gateway answered ${handOffs.requests} requests and ${handOffs.records} records reached the queue.`,
    `Peer: ${environment.peer} as its documentation starts it on Node, in production mode, \`x-portkey-provider\` and \`x-portkey-custom-host\` set; it keeps no log in this shape. It is run with the newest \`@hono/node-server\` with which its streaming works (its issue 1389).`,
    `Store round trips: calls that were begun and answered between a request’s arrival and its upstream call, read from Node’s diagnostics channels inside the gateway during ${roundTrips.requests} requests one at a time; in that time ${roundTrips.inAll} calls went to the stores in all (hand-offs and refreshes in the background).`,
    'The times of single store calls are those of a process on the gateway’s core, so that the engine’s answer wakes it from as far away as it wakes the gateway.',
    'Several processes: environments of the deployed `provider` function, each with API Gateway’s part in front of its socket. After a purge or a settings change each of them is asked all the time, in some rounds only after a rest, because a process at rest hears of nothing; the time is that of the last request that got an old answer, since the management API’s answer.',
    'Cold start: process start until the first request for work (init), and until the first byte of the first answer’s body; each function in turn, the embedded stores and the canned upstream behind it.',
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

function profileSections({ profiles }: Results): string[] {
  if (profiles.length === 0) return [];
  return [
    '## Where the gateway’s CPU goes',
    'Self time, share of the busy samples; names of the minified bundle traced back to the sources.',
    ...profiles.flatMap(({ scenario, summary }) => [
      `### ${scenario}`,
      hotTable('Package or part of Node', summary.owners),
      hotTable('Function', summary.functions),
    ]),
  ];
}

function hotTable(title: string, places: readonly HotPlace[]): string {
  return table(
    ['Share', title],
    places.map(({ share, name }) => [`${(share * 100).toFixed(1)} %`, `\`${name}\``]),
  );
}

const cell = (values: readonly number[]) => number(spread(values));

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
