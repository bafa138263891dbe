import type { CpuProfile } from '../processes/probe.ts';

export interface HotFunction {
  /** Share of the busy samples, 0–1: time in the function itself. */
  readonly share: number;
  readonly name: string;
  readonly place: string;
}

const IDLE = new Set(['(idle)', '(root)']);

/** Self time by function, dearest first; `(program)` and `(garbage collector)` are V8's own. */
export function hottestFunctions(profile: CpuProfile, count: number): readonly HotFunction[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const self = new Map<string, { name: string; place: string; time: number }>();
  let busy = 0;
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const frame = nodes.get(id)?.callFrame;
    const time = profile.timeDeltas?.[index] ?? 0;
    if (!frame || IDLE.has(frame.functionName)) continue;
    busy += time;
    const place = `${frame.url.split('/').slice(-3).join('/')}:${frame.lineNumber + 1}`;
    const name = frame.functionName || '(anonymous)';
    const entry = self.get(`${name} ${place}`) ?? { name, place: frame.url === '' ? '' : place, time: 0 };
    entry.time += time;
    self.set(`${name} ${place}`, entry);
  }
  return [...self.values()]
    .sort((a, b) => b.time - a.time)
    .slice(0, count)
    .map(({ name, place, time }) => ({ name, place, share: time / busy }));
}
