/**
 * Blocks that only Anthropic can make sense of: its server tools and their results, compactions, what it keeps in a
 * container. They are replayed to it unchanged (spec/providers 6.2).
 */
const OPAQUE = new Set([
  'server_tool_use',
  'mcp_tool_use',
  'mcp_tool_listing',
  'container_upload',
  'compaction',
  'fallback',
  'tool_addition',
  'tool_removal',
]);

export const isOpaqueType = (type: string) => OPAQUE.has(type) || /.+_tool_result$/.test(type);
