import type { HotPlace } from '../profile/summarise.ts';
import type { Results, ScenarioProfile } from '../results.ts';
import { number } from './number.ts';
import { isReached, type Target } from './target.ts';

const FLOOR =
  'The floor is a bare `node:http` process in the same rounds that only hands bytes on: without an account, a key, a policy, a limit or a record.';

/**
 * What stands between a missed number and its goal, as far as the run has measured it: what any process on `node:http` costs,
 * and whose the gateway's CPU is. Nothing where all is reached.
 */
export function whyMissed({ profiles }: Results, list: readonly Target[]): string[] {
  const lines = list.flatMap((target) => {
    const { explained, measured } = target;
    if (!explained || !measured || isReached(target)) return [];
    const found = `**${target.what}**: ${number(measured)} ${target.unit}`;
    if (typeof explained === 'string') return [`- ${found}. ${explained}`];
    const floor = explained.floor ? number(explained.floor) : 'not measured';
    const profile = profiles.find(({ scenario }) => scenario === explained.scenario);
    return [`- ${found}, the floor ${floor}.${profile ? ` ${owners(profile)}` : ''}`];
  });
  return lines.length === 0 ? [] : [`What is missed, and why. ${FLOOR}`, lines.join('\n')];
}

function owners({ summary }: ScenarioProfile): string {
  const [node, ours] = [summary.owners.filter(isOfNode), summary.owners.filter((it) => !isOfNode(it))];
  const share = (places: readonly HotPlace[]) => places.reduce((sum, place) => sum + place.share, 0);
  const named = ours.map((place) => `${percent(place.share)} \`${place.name}\``).join(', ');
  const dearest = summary.functions.find(({ name }) => /\.ts:\d+$/.test(name) && !name.includes(' node:'));
  const flat = dearest
    ? ` The dearest function of ours takes ${percent(dearest.share)} (\`${dearest.name}\`).`
    : '';
  return `Of Weir’s CPU there at least ${percent(share(node))} is Node’s own (HTTP, sockets, streams, timers, collector); of ours ${named}.${flat}`;
}

const isOfNode = ({ name }: HotPlace) =>
  name.startsWith('node:') || name === 'native code' || name.startsWith('(');

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
