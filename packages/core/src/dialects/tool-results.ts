import type { FileBlock, ImageBlock, TextBlock, ToolResultBlock } from '../form/blocks.ts';

/** A result for a target whose tool messages hold text alone and have no mark of failure (spec/providers 3.2). */
export function resultText({ content, isError }: ToolResultBlock): string {
  const text = content.flatMap((block) => (block.kind === 'text' ? [block.text] : [])).join('\n');
  return isError ? `Error: ${text}` : text;
}

/** What else the tool returned: it follows as the user's, and says whose it is (spec/providers 2.8). */
export function returnedMedia({
  callId,
  content,
}: ToolResultBlock): readonly (TextBlock | ImageBlock | FileBlock)[] {
  const media = content.filter((block) => block.kind !== 'text');
  return media.length === 0 ? [] : [{ kind: 'text', text: `Returned by the tool call ${callId}:` }, ...media];
}
