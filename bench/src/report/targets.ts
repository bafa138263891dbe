import type { PolicyRound } from '../measures/policies.ts';
import type { RoundResult, ScenarioResult } from '../measures/rounds.ts';
import { type Spread, spread } from '../measures/statistics.ts';
import type { Results } from '../results.ts';
import { number } from './number.ts';
import { processTargets } from './several-processes.ts';
import type { Explained, Target } from './target.ts';

/** The numbers to reach, each with what this run found. Ratios are taken within a round, then the median of rounds. */
export function targets(results: Results): readonly Target[] {
  const find = (streamed: boolean, concurrency: number, { translated = false, short = false } = {}) =>
    results.scenarios.find(
      ({ scenario }) =>
        scenario.streamed === streamed &&
        scenario.translated === translated &&
        scenario.short === short &&
        scenario.concurrency === concurrency,
    );
  const cpuOf = (result: ScenarioResult | undefined) => ({
    measured: cpuRatio(result, 'weir'),
    ...explained(result, cpuRatio(result, 'pipe')),
  });
  const addedBy = (result: ScenarioResult | undefined, name: 'weir' | 'pipe') =>
    ratio(result, name, (round, direct) => round.p50 - direct.p50);
  const peer = 'the peer';
  return [
    {
      what: 'added p50 latency, 1 at a time',
      limit: 0.6,
      unit: '×',
      of: peer,
      measured: addedBy(find(false, 1), 'weir'),
      ...explained(find(false, 1), addedBy(find(false, 1), 'pipe')),
    },
    {
      what: 'CPU per request, 32 at once',
      limit: 0.5,
      unit: '×',
      of: peer,
      ...cpuOf(find(false, 32)),
    },
    {
      what: 'CPU per request, 1 at a time',
      limit: 1,
      unit: '×',
      of: peer,
      ...cpuOf(find(false, 1)),
    },
    {
      what: 'CPU per 300-chunk stream, 20 at once',
      limit: 0.5,
      unit: '×',
      of: peer,
      ...cpuOf(find(true, 20)),
    },
    {
      what: 'CPU per translated 300-chunk stream, 20 at once',
      limit: 1,
      unit: '×',
      of: peer,
      ...cpuOf(find(true, 20, { translated: true })),
    },
    {
      what: 'first token of a translated stream, added to that of one that passes through, p50',
      limit: 1,
      unit: 'ms',
      of: '',
      measured: addedFirstByte(
        find(true, 1, { short: true }),
        find(true, 1, { short: true, translated: true }),
      ),
    },
    ...['unified', 'provider'].map((name) => bundleTarget(results, name)),
    coldStartTarget(results, 'init', 2.6),
    coldStartTarget(results, 'firstByte', 2.8),
    {
      what: 'cache hit of 4 KB, server time, over one GetItem, p50',
      limit: 1,
      unit: 'ms',
      of: '',
      measured: ofPolicies(results, ({ hitInGateway, getItem }) => hitInGateway - getItem),
    },
    ...missTargets(results),
    {
      what: 'decision of a 30-element route, warm, CPU',
      limit: 0.1,
      unit: 'ms',
      of: '',
      measured: results.routing ? spread(results.routing.decision) : null,
    },
    {
      what: 'a split of 10 %, 50 % and the rest over 100,000 requests: the arm farthest from its share',
      limit: 0.5,
      unit: '%',
      of: '',
      measured: results.routing ? spread([results.routing.split.drawn]) : null,
    },
    {
      what: 'first model of a route fails at once, second answers: added to calling the second, failure included, p50',
      limit: 2,
      unit: 'ms',
      of: '',
      measured:
        results.fallback.length > 0
          ? spread(results.fallback.map(({ fallback, plain }) => fallback - plain))
          : null,
    },
    {
      what: `store round trips before the upstream call, ${results.roundTrips.requests} warm requests`,
      limit: 0,
      unit: 'calls',
      of: '',
      measured: spread([results.roundTrips.beforeUpstream]),
    },
    ...processTargets(results),
  ];
}

const explained = (
  result: ScenarioResult | undefined,
  floor: Spread | null,
): { readonly explained?: Explained } =>
  result ? { explained: { scenario: result.scenario.name, floor } } : {};

/** CPU per request, over the peer's in the same round. */
const cpuRatio = (result: ScenarioResult | undefined, name: 'weir' | 'pipe'): Spread | null =>
  ratio(result, name, ({ cpuPerRequest }) => cpuPerRequest ?? Number.NaN);

function ratio(
  result: ScenarioResult | undefined,
  name: 'weir' | 'pipe',
  value: (round: RoundResult, direct: RoundResult) => number,
): Spread | null {
  const { [name]: measured = [], portkey = [], direct = [] } = result?.rounds ?? {};
  const ratios = measured.flatMap((ours, round) => {
    const [theirs, without] = [portkey[round], direct[round]];
    return theirs && without ? [value(ours, without) / value(theirs, without)] : [];
  });
  return ratios.length > 0 ? spread(ratios) : null;
}

function ofPolicies({ policies }: Results, value: (round: PolicyRound) => number): Spread | null {
  return policies.length > 0 ? spread(policies.map(value)) : null;
}

/** By two yardsticks, because a store has no one round trip: the limit's own write does more than the plainest one. */
const missTargets = (results: Results): readonly Target[] =>
  (
    [
      ['the limit’s own write', 'decision'],
      ['a plain UpdateItem', 'updateItem'],
    ] as const
  ).map(([write, yardstick]) => ({
    what: `cache miss under a sliding limit, added p50, by ${write}`,
    limit: 1.2,
    unit: '×',
    of: 'one store round trip',
    measured: ofPolicies(results, (round) => (round.limitedMiss - round.bare) / round[yardstick]),
    explained: bothAtOnce(results, yardstick),
  }));

/** The gateway asks both at once, and the engine on this machine is one process. */
function bothAtOnce(results: Results, yardstick: 'decision' | 'updateItem'): string {
  const both = ofPolicies(results, (round) => round.getItemAndDecision / round[yardstick]);
  const found = both ? `${number(both)} × one` : 'not measured';
  return `The cache is read and the limit decided at once, but the embedded engine is one process and takes them in turn: both asked at once, without a gateway: ${found}.`;
}

/** Both over what the direct way to the same events takes. */
function addedFirstByte(
  passed: ScenarioResult | undefined,
  translated: ScenarioResult | undefined,
): Spread | null {
  const added = (result: ScenarioResult | undefined) =>
    (result?.rounds.weir ?? []).map(
      ({ firstByteP50 }, round) =>
        firstByteP50 - (result?.rounds.direct?.[round]?.firstByteP50 ?? Number.NaN),
    );
  const before = added(passed);
  const values = added(translated).map((value, round) => value - (before[round] ?? Number.NaN));
  return values.length > 0 && values.every(Number.isFinite) ? spread(values) : null;
}

function bundleTarget({ bundles }: Results, name: string): Target {
  const bundle = bundles.find((candidate) => candidate.name === name);
  return {
    what: `bundle of \`${name}\`, eagerly loaded part`,
    limit: 500,
    unit: 'KB',
    of: '',
    measured: bundle ? spread([bundle.eagerBytes / 1000]) : null,
  };
}

function coldStartTarget({ coldStarts }: Results, part: 'init' | 'firstByte', limit: number): Target {
  const list = typeof coldStarts === 'string' ? [] : coldStarts;
  const ours = list.find(({ name }) => name === 'unified');
  const hello = list.find(({ name, streamed }) => name.startsWith('hello') && streamed);
  return {
    what: `cold start of \`unified\`, ${part === 'init' ? 'init' : 'first byte'}`,
    limit,
    unit: '×',
    of: 'hello world',
    measured: ours && hello ? spread([ours[part].median / hello[part].median]) : null,
  };
}
