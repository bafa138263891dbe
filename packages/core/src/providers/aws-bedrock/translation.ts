import { converse } from '../../dialects/converse/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

export const awsBedrockTranslation: ProviderTranslation = {
  slug: 'aws-bedrock',
  dialectFor: () => converse,
};
