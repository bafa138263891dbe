/** What the gateway knows of models. Loaded only by those who ask: nothing of the way of a request imports it eagerly. */
export {
  anthropicModelList,
  authorSearch,
  modelCard,
  modelList,
  modelSearch,
  schemaAnswer,
  taskSearch,
} from './answers.ts';
export { canServe, type ModelNeed } from './can-serve.ts';
export { authors, findModel, findServed, listModels, searchModels, tasks } from './catalogue.ts';
export type { CatalogueModel, Modality, Task } from './model.ts';
export { type PinnedTarget, pinnedTarget } from './pin.ts';
export { modelSchema } from './schema.ts';
