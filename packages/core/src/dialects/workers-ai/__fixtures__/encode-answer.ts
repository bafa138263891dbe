import type { Json } from '../../../form/json.ts';
import { residueFor } from '../../../form/provenance.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { inputTotal, outputTotal } from '../../../form/usage.ts';

/**
 * An answer as Workers AI would have sent it: shows that a decoded one has lost nothing. No client speaks its own form.
 * Exceptions: calls are flat, without the ids that the format lacks; arguments are objects; a text of nothing is null.
 */
export function encodeAnswer({ blocks, usage, residue }: ModelResponse): Json {
  const { envelope, ...rest } = residueFor('workers-ai', residue);
  const calls = blocks.filter((block) => block.kind === 'tool-call');
  const text = blocks.find((block) => block.kind === 'text');
  const result = {
    ...rest,
    response: text?.text ?? null,
    ...residueFor('workers-ai', text?.residue),
    ...(calls.length > 0
      ? {
          tool_calls: calls.map((call) => ({
            ...residueFor('workers-ai', call.residue),
            name: call.name,
            arguments: JSON.parse(call.arguments) as unknown,
          })),
        }
      : {}),
    ...(usage
      ? {
          usage: {
            ...residueFor('workers-ai', usage.residue),
            prompt_tokens: inputTotal(usage),
            completion_tokens: outputTotal(usage),
            total_tokens: inputTotal(usage) + outputTotal(usage),
          },
        }
      : {}),
  };
  return envelope ? { ...(envelope as Json), result } : result;
}
