import {
  anthropicModelList,
  authorSearch,
  modelCard,
  modelList,
  modelSearch,
  pinnedTarget,
  schemaAnswer,
  taskSearch,
} from '../catalogue/index.ts';
import type { Json } from '../form/json.ts';
import type { CatalogueQuestion, Translator } from '../ports/translation.ts';
import { unbind } from './bound/unbind.ts';
import { CLIENT_DIALECTS } from './client-dialects.ts';
import { embed } from './embed.ts';
import { PROVIDER_TRANSLATIONS } from './provider-translations.ts';
import { reshaper } from './reshape.ts';
import { createTranslator, idMaker, type TranslatorPorts } from './translator.ts';

export { PROVIDER_TRANSLATIONS } from './provider-translations.ts';

/** The translator with every format it knows, and the catalogue of models. */
export function createTranslation(ports: TranslatorPorts): Translator {
  const newId = idMaker(ports.random);
  const others = {
    reshape: reshaper(ports, newId),
    embed: (request: Parameters<Translator['embed']>[0]) => embed(request, newId),
    unbind,
    pin: pinnedTarget,
    catalogue: answerQuestion,
  };
  return createTranslator(CLIENT_DIALECTS, PROVIDER_TRANSLATIONS, others, ports);
}

function answerQuestion(question: CatalogueQuestion, query: string): Json | null {
  const parameters = new URLSearchParams(query);
  switch (question.kind) {
    case 'models':
      return modelList();
    case 'anthropic-models':
      return anthropicModelList();
    case 'model':
      return modelCard(question.name);
    case 'search':
      return modelSearch(parameters);
    case 'schema':
      return schemaAnswer(parameters);
    case 'authors':
      return authorSearch(parameters);
    case 'tasks':
      return taskSearch(parameters);
  }
}

export type { ModelRequest } from '../form/request.ts';
