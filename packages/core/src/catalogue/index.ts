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
export { canServe } from './can-serve.ts';
export { findServed } from './catalogue.ts';
export { pinnedTarget } from './pin.ts';
