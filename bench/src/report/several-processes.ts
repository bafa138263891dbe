import { CONCURRENCY, INTERVAL, LIMIT, REQUESTS } from '../measures/admissions.ts';
import { AT_ONCE, type CoalescedRound } from '../measures/coalescing.ts';
import { type OnEngine, PROCESSES, type SeveralProcesses } from '../measures/several-processes.ts';
import { SCHEDULES } from '../measures/sliding-schedules.ts';
import { spread } from '../measures/statistics.ts';
import type { Results } from '../results.ts';
import type { Target } from './target.ts';

const thousands = (value: number) => value.toLocaleString('en');

/** The numbers of issue 4 that only several processes show; each holds for every round on every engine. */
export function processTargets({ processes }: Results): readonly Target[] {
  const engines = processes ? enginesOf(processes) : [];
  const where =
    engines.length > 1 ? `${PROCESSES} processes, also on DynamoDB Local` : `${PROCESSES} processes`;
  const of = (values: readonly number[]) => (values.length > 0 ? spread(values) : null);
  const admitted = (technique: 'fixed' | 'sliding'): Target => ({
    what: `limit of ${LIMIT} in ${INTERVAL} s, ${technique}, ${thousands(REQUESTS)} requests, ${CONCURRENCY} at once, ${where}: admitted`,
    limit: LIMIT,
    exactly: true,
    unit: 'requests',
    of: '',
    measured: of(engines.map(({ admissions }) => admissions[technique])),
  });
  const rounds = engines.flatMap(({ coalescing }) => [...coalescing.whole, ...coalescing.streamed]);
  const coalesced = (unit: 'call' | 'answers', limit: number, value: keyof CoalescedRound): Target => ({
    what: `${AT_ONCE} identical requests at once, streams included, ${where}: ${unit === 'call' ? 'upstream calls' : 'equal answers'}`,
    limit,
    exactly: true,
    unit,
    of: '',
    measured: of(rounds.map((round) => round[value])),
  });
  const forgotten = (what: string, times: readonly number[] = []): Target => ({
    what: `${what}: the last hit that was stale, of ${PROCESSES} processes`,
    limit: 5,
    unit: 's',
    of: '',
    measured: times.length > 0 ? spread([Math.max(...times)]) : null,
  });
  return [
    admitted('fixed'),
    admitted('sliding'),
    {
      what: `sliding limit in ${thousands(SCHEDULES)} random schedules: the most that any interval held beyond it`,
      limit: 0,
      exactly: true,
      unit: 'requests',
      of: '',
      measured: processes ? spread([processes.slidingSchedules.beyond]) : null,
    },
    coalesced('call', 1, 'upstreamCalls'),
    coalesced('answers', AT_ONCE, 'equalAnswers'),
    forgotten('purge', processes?.embedded.forgetting.purge),
    forgotten(
      'settings change with `cache_invalidate_on_update`',
      processes?.embedded.forgetting.settingsChange,
    ),
  ];
}

function enginesOf({ embedded, dynamodbLocal }: SeveralProcesses): readonly OnEngine[] {
  return typeof dynamodbLocal === 'string' ? [embedded] : [embedded, dynamodbLocal];
}

/** What was measured, then a column for each engine. */
export function processRows({ embedded, dynamodbLocal, slidingSchedules }: SeveralProcesses): string[][] {
  const limited = `limit of ${LIMIT} in ${INTERVAL} s, ${thousands(REQUESTS)} requests, ${CONCURRENCY} at once`;
  const onEach = (what: string, value: (engine: OnEngine) => string) => [
    what,
    value(embedded),
    typeof dynamodbLocal === 'string' ? dynamodbLocal : value(dynamodbLocal),
  ];
  const list = (rounds: readonly CoalescedRound[], value: keyof CoalescedRound) =>
    rounds.map((round) => round[value]).join(', ');
  const seconds = (times: readonly number[]) => `${times.map((time) => time.toFixed(1)).join(', ')} s`;
  const { askedFrom, purge, settingsChange } = embedded.forgetting;
  const stale = `the last stale hit, when asked all the time from ${askedFrom.join(', ')} s on`;
  const { schedules, full, beyond } = slidingSchedules;
  return [
    ...(['fixed', 'sliding'] as const).map((technique) =>
      onEach(`${limited}, ${technique}: admitted`, ({ admissions }) => String(admissions[technique])),
    ),
    ...(['whole', 'streamed'] as const).flatMap((kind) => [
      onEach(`${AT_ONCE} identical requests at once, ${kind}: upstream calls, by round`, ({ coalescing }) =>
        list(coalescing[kind], 'upstreamCalls'),
      ),
      onEach(`${AT_ONCE} identical requests at once, ${kind}: equal answers, by round`, ({ coalescing }) =>
        list(coalescing[kind], 'equalAnswers'),
      ),
    ]),
    [`purge: ${stale}`, seconds(purge), '–'],
    [`settings change: ${stale}`, seconds(settingsChange), '–'],
    [
      `sliding limit, ${thousands(schedules)} random schedules, ${thousands(full)} of which fill it, on a table in memory: the most beyond it in any interval`,
      String(beyond),
      '–',
    ],
  ];
}
