import { child, isJson, type Json, listAt, residueOf } from '../../form/json.ts';
import { residueFor } from '../../form/provenance.ts';
import { inputTotal, type ModelUsage, NO_USAGE, outputTotal } from '../../form/usage.ts';

const COUNTED = [
  'input_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation',
  'output_tokens',
];

/**
 * Anthropic counts what it read in three classes that do not overlap, and its thinking inside `output_tokens`
 * (spec/providers 2.4). Null: no counts in it.
 */
export function readUsage(usage: Json | null): ModelUsage | null {
  if (!usage || !COUNTED.some((field) => isCount(usage[field]))) return null;
  const parts = compacted(usage) ?? [usage];
  const sum = (count: (part: Json) => number) => parts.reduce((total, part) => total + count(part), 0);
  const written = sum((part) => countAt(part, 'cache_creation_input_tokens') || writtenByLifetime(part));
  const forAnHour = Math.min(
    written,
    sum((part) => countAt(child(part, 'cache_creation'), 'ephemeral_1h_input_tokens')),
  );
  const output = sum((part) => countAt(part, 'output_tokens'));
  const reasoning = Math.min(output, countAt(child(usage, 'output_tokens_details'), 'thinking_tokens'));
  const residue = usageResidue(usage);
  return {
    ...NO_USAGE,
    input: sum((part) => countAt(part, 'input_tokens')),
    cacheRead: sum((part) => countAt(part, 'cache_read_input_tokens')),
    cacheWrite: written - forAnHour,
    cacheWriteLong: forAnHour,
    output: output - reasoning,
    reasoning,
    searches: countAt(child(usage, 'server_tool_use'), 'web_search_requests'),
    ...(residue ? { residue: { dialect: 'anthropic-messages', value: residue } } : {}),
  };
}

/** In the format's own classes. Classes that hold nothing are written where every client reads them. */
export function writeUsage(usage: ModelUsage | null): Json {
  const counted = usage ?? NO_USAGE;
  const written = counted.cacheWrite + counted.cacheWriteLong;
  const { server_tool_use: tools, ...residue } = residueFor('anthropic-messages', counted.residue);
  return {
    input_tokens: inputTotal(counted) - counted.cacheRead - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: counted.cacheRead,
    ...(written > 0
      ? {
          cache_creation: {
            ephemeral_5m_input_tokens: counted.cacheWrite,
            ephemeral_1h_input_tokens: counted.cacheWriteLong,
          },
        }
      : {}),
    output_tokens: outputTotal(counted),
    ...(counted.reasoning > 0 ? { output_tokens_details: { thinking_tokens: counted.reasoning } } : {}),
    ...(counted.searches > 0 || isJson(tools)
      ? { server_tool_use: { ...(isJson(tools) ? tools : {}), web_search_requests: counted.searches } }
      : {}),
    ...residue,
  };
}

function usageResidue(usage: Json): Json | null {
  const rest = residueOf(usage, [...COUNTED, 'output_tokens_details', 'server_tool_use']);
  const tools = residueOf(child(usage, 'server_tool_use') ?? {}, ['web_search_requests']);
  return rest || tools ? { ...rest, ...(tools ? { server_tool_use: tools } : {}) } : null;
}

/** With compaction the counts on top leave the compaction's own tokens out, so the iterations are summed. */
function compacted(usage: Json): readonly Json[] | null {
  const iterations = listAt(usage, 'iterations').filter(isJson);
  const types = new Set(iterations.map(({ type }) => type));
  if (!types.has('compaction') || types.has('fallback_message')) return null;
  return iterations.filter(({ type }) => type === 'compaction' || type === 'message');
}

const writtenByLifetime = (part: Json) => {
  const lifetimes = child(part, 'cache_creation');
  return countAt(lifetimes, 'ephemeral_5m_input_tokens') + countAt(lifetimes, 'ephemeral_1h_input_tokens');
};

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

function countAt(value: Json | null, key: string): number {
  const found = value?.[key];
  return isCount(found) ? found : 0;
}
