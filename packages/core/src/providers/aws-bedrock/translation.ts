import { messagesOnBedrock } from '../../dialects/anthropic-messages/provider/index.ts';
import { bedrockAddress, bedrockPath } from '../../dialects/bedrock-address.ts';
import { isClaude } from '../../dialects/converse/models.ts';
import { converse } from '../../dialects/converse/provider/index.ts';
import type { ModelRequest } from '../../form/request.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

const claudeItself = messagesOnBedrock(bedrockPath);

/** Converse speaks for every model. Claude is asked in its own words where Converse has none. */
export const awsBedrockTranslation: ProviderTranslation = {
  slug: 'aws-bedrock',
  dialectFor: (model, request) =>
    isClaude(bedrockAddress(model).model) && needsOwnWords(request) ? claudeItself : converse,
};

/**
 * What Converse cannot say to Claude: that tools are there but none may be called, that calls come one at a time, what
 * Anthropic's own tools are and did (spec/providers 3.1, 8.1).
 */
function needsOwnWords({ messages, tools, parameters }: ModelRequest): boolean {
  const isAnthropics = ({ dialect }: { readonly dialect: string }) => dialect === 'anthropic-messages';
  return (
    (tools.length > 0 && parameters.toolChoice?.kind === 'none') ||
    (tools.length > 0 && parameters.parallelToolCalls === false) ||
    tools.some((tool) => tool.kind === 'provider' && isAnthropics(tool)) ||
    messages.some(({ content }) => content.some((block) => block.kind === 'opaque' && isAnthropics(block)))
  );
}
