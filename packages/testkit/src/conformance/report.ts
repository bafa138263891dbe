import type { Mode } from './clients/client.ts';
import { CONFORMANCE_CLIENTS } from './clients/index.ts';
import { FEATURES } from './features.ts';
import type { Cell, Verdict } from './run-conformance.ts';
import type { RecordedCell } from './run-recorded.ts';
import { TARGETS } from './targets.ts';

const MARKS: Readonly<Record<Verdict, string>> = { pass: '✓', miss: '✗', skip: '–' };
const MODES: readonly Mode[] = ['whole', 'stream'];

export interface Tally {
  readonly pass: number;
  readonly miss: number;
  readonly skip: number;
}

export function tally(cells: readonly Cell[]): Tally {
  const count = (verdict: Verdict) => cells.filter((cell) => cell.verdict === verdict).length;
  return { pass: count('pass'), miss: count('miss'), skip: count('skip') };
}

/** What the page says of recordings begins here: it can only be checked where they are. */
export const RECORDED_HEADING = '## Recorded answers';

/** The published page. The same cells give the same page. @param recorded empty: without its part on recordings. */
export function conformancePage(cells: readonly Cell[], recorded: readonly RecordedCell[]): string {
  const { pass, miss, skip } = tally(cells);
  const applying = pass + miss;
  return `${[
    '# Conformance',
    '',
    'Written by `npm run conformance`; a test holds this page to what the suite finds.',
    '',
    'Each cell is one request of an official SDK (`openai`, `@anthropic-ai/sdk`) through the gateway to a simulated provider, ' +
      'and what the SDK’s own parser made of the answer. The simulators speak and listen as their providers document it and share ' +
      'no code with the gateway: they refuse what the provider refuses, and what they understood is compared with what the client meant.',
    '',
    'A cell has two marks: the whole answer, then the stream. ✓ passes, ✗ does not, – does not apply. Where a provider speaks ' +
      'the client’s format itself (*italic*), passing means that the SDK has exactly what it has at the provider itself.',
    '',
    `**${pass} of ${applying} cells that apply pass (${percent(pass, applying)}); ${skip} do not apply.**`,
    '',
    ...CONFORMANCE_CLIENTS.flatMap(({ name, title }) =>
      clientTable(
        title,
        cells.filter(({ client }) => client === name),
      ),
    ),
    '## Misses',
    '',
    'Where bytes pass through, what fails at the provider itself fails here too.',
    '',
    ...misses(cells),
    '',
    '## What does not apply, and why',
    '',
    ...skips(cells),
    ...(recorded.length > 0 ? recordedPart(recorded) : []),
  ].join('\n')}\n`;
}

function recordedPart(cells: readonly RecordedCell[]): string[] {
  const names = [...new Set(cells.map(({ recording }) => recording))];
  const rows = names.map((name) =>
    row([
      name,
      ...CONFORMANCE_CLIENTS.map((client) => {
        const cell = cells.find((it) => it.recording === name && it.client === client.name);
        return cell ? MARKS[cell.verdict] : ' ';
      }),
    ]),
  );
  const missed = cells.filter(({ verdict }) => verdict === 'miss');
  const applying = cells.filter(({ verdict }) => verdict !== 'skip');
  const reasons = new Set(cells.flatMap(({ verdict, note }) => (verdict === 'skip' ? note : [])));
  return [
    '',
    RECORDED_HEADING,
    '',
    'What real providers sent, byte for byte, played to the gateway: ✓ where the official SDK takes it, and where it has ' +
      'the same words and calls in every format that it was translated to. A recorded failure must be one for the SDK too.',
    '',
    `**${applying.length - missed.length} of ${applying.length} pass.** Not applying (–): ${[...reasons].join('; ')}.`,
    '',
    row(['', ...CONFORMANCE_CLIENTS.map(({ title }) => title)]),
    row(['---', ...CONFORMANCE_CLIENTS.map(() => ':-:')]),
    ...rows,
    ...missed.map(({ recording, client, note }) => `\n- ${recording} at ${client}: ${note}`),
  ];
}

const percent = (part: number, all: number) => `${all === 0 ? 0 : Math.floor((part / all) * 1000) / 10} %`;

function clientTable(title: string, cells: readonly Cell[]): string[] {
  const targets = TARGETS.filter(({ title: name }) => cells.some(({ target }) => target === name));
  if (targets.length === 0) return [];
  const passes = (slug: string) =>
    cells.some(({ target, passedThrough }) => target === slug && passedThrough);
  const heads = targets.map(({ title: name }) => (passes(name) ? `*${name}*` : name));
  const rows = FEATURES.map(({ name }) => {
    const marks = targets.map((target) =>
      MODES.map((mode) => {
        const cell = cells.find(
          (it) => it.target === target.title && it.feature === name && it.mode === mode,
        );
        return cell ? MARKS[cell.verdict] : ' ';
      }).join(' '),
    );
    return [name, ...marks];
  });
  return [
    `## ${title}`,
    '',
    row(['', ...heads]),
    row(['---', ...heads.map(() => ':-:')]),
    ...rows.map(row),
    '',
  ];
}

const row = (columns: readonly string[]) => `| ${columns.join(' | ')} |`;

/** Those of the providers themselves by reason; any other with what is wrong. */
function misses(cells: readonly Cell[]): string[] {
  const missed = cells.filter(({ verdict }) => verdict === 'miss');
  if (missed.length === 0) return ['None.'];
  const unexplained = missed.filter(({ explained }) => !explained);
  const reasons = new Map<string, string[]>();
  for (const { explained, note, target, feature, mode } of missed) {
    if (!explained) continue;
    const about = `${target}: ${note}`;
    reasons.set(about, [...(reasons.get(about) ?? []), `${feature} (${mode})`]);
  }
  return [
    ...[...reasons].map(([about, which]) => `- ${about}: ${which.join(', ')}.`),
    ...unexplained.map(
      ({ client, target, feature, mode, note }) =>
        `- ${client} → ${target}, ${feature}, ${mode}: ${note.replaceAll('\n', ' ').slice(0, 600)}`,
    ),
  ];
}

/** By reason, then by feature and mode, with the providers that it holds for. */
function skips(cells: readonly Cell[]): string[] {
  const groups = new Map<string, Set<string>>();
  for (const { verdict, feature, mode, note, target } of cells) {
    if (verdict !== 'skip') continue;
    const everywhere = FEATURES.find(({ name }) => name === feature)?.notIn?.[mode] !== undefined;
    const about = everywhere ? `${feature}, ${mode}` : feature;
    const key = `${about}: ${note}`;
    const named = groups.get(key) ?? new Set();
    groups.set(key, everywhere ? named : named.add(target));
  }
  return [...groups].map(([reason, titles]) =>
    titles.size === 0 ? `- ${reason}.` : `- ${reason} (${[...titles].join(', ')}).`,
  );
}
