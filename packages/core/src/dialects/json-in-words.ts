import type { OutputFormat } from '../form/request.ts';

/** Asks for JSON in the instructions, where a target cannot be held to it while it may call tools. */
export function jsonInWords(format: OutputFormat): string {
  const ask =
    'When you give your final answer, write one JSON value and nothing else: no words around it, no code fence.';
  return format.kind === 'json'
    ? ask
    : `${ask} It must follow this JSON Schema: ${JSON.stringify(format.schema)}`;
}
