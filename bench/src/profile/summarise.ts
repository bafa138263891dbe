import type { CpuProfile } from '../processes/probe.ts';
import type { FindSource } from './bundle-sources.ts';

export interface HotPlace {
  /** Share of the busy samples, 0–1: time in the code itself, without what it calls. */
  readonly share: number;
  readonly name: string;
}

export interface ProfileSummary {
  /** By package or part of Node, dearest first. */
  readonly owners: readonly HotPlace[];
  /** By function with its place. */
  readonly functions: readonly HotPlace[];
}

type CallFrame = CpuProfile['nodes'][number]['callFrame'];

/** Idle, and the instrument itself. */
const isLeftOut = ({ functionName, url }: CallFrame) =>
  functionName === '(idle)' || functionName === '(root)' || url === 'node:inspector';

export function summarise(profile: CpuProfile, findSource: FindSource): ProfileSummary {
  const nodes = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const owners = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const frame = nodes.get(id);
    // A sample stands for the time until the next one.
    const time = profile.timeDeltas?.[index + 1] ?? 0;
    if (!frame || isLeftOut(frame)) continue;
    busy += time;
    const { owner, name } = placeOf(frame, findSource);
    owners.set(owner, (owners.get(owner) ?? 0) + time);
    functions.set(name, (functions.get(name) ?? 0) + time);
  }
  return { owners: dearest(owners, busy, 15), functions: dearest(functions, busy, 30) };
}

function dearest(times: ReadonlyMap<string, number>, busy: number, count: number): HotPlace[] {
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, time]) => ({ name, share: time / busy }));
}

function placeOf(
  frame: CallFrame,
  findSource: FindSource,
): { readonly owner: string; readonly name: string } {
  const { functionName, url, lineNumber, columnNumber } = frame;
  if (url === '')
    return { owner: functionName.startsWith('(') ? functionName : 'native code', name: functionName };
  const source = url.includes('/asset.') ? findSource(lineNumber, columnNumber) : null;
  const path = source?.source ?? url;
  const line = source?.line ?? lineNumber + 1;
  // Minified names say nothing; the place does.
  const name = source ? '' : `${functionName || '(anonymous)'} `;
  return { owner: ownerOf(path), name: `${name}${shortPath(path)}:${line}` };
}

function ownerOf(path: string): string {
  if (path.startsWith('node:')) return path.split('/').slice(0, 2).join('/');
  const installed = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  const own = /([^/]+)\/src\//.exec(path)?.[1];
  return installed ?? own ?? path;
}

const shortPath = (path: string) =>
  path.replace(/^.*node_modules\//, '').replace(/^(?:file:\/\/|\.\.\/).*\/([^/]+\/src\/)/, '$1');
