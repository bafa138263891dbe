import type { ProviderDialect } from '../dialects/provider-dialect.ts';
import type { ModelRequest } from '../form/request.ts';

/** How a provider is spoken to in its own format: a provider may have several, by model or by what is asked. */
export interface ProviderTranslation {
  readonly slug: string;
  dialectFor(model: string, request: ModelRequest): ProviderDialect;
}
