import { type Fault, fault } from '../../../form/fault.ts';
import type { ParameterTable } from '../../../form/parameter-table.ts';
import { GEMINI_PARAMETERS, VERTEX_PARAMETERS } from '../parameters.ts';

/** Where the same models are served, and what differs there. */
export interface GeminiSurface {
  readonly parameters: ParameterTable;
  /** Any public address in `fileUri`, whatever the model. */
  readonly readsUrls: boolean;
  /** Functions beside tools that run at Google have to be asked for (ai.google.dev, tool combination). */
  readonly marksMixedTools: boolean;
  /** Where a model is, up to its method. */
  address(model: string): { readonly path: string; readonly name: string } | Fault;
}

/** The Gemini Developer API. A model may be written with `models/` or without. */
export const AI_STUDIO: GeminiSurface = {
  parameters: GEMINI_PARAMETERS,
  readsUrls: false,
  marksMixedTools: true,
  address(model) {
    const [, folder = 'models', name = ''] = /^(?:(models|tunedModels)\/)?(.*)$/s.exec(model) ?? [];
    if (name === '') return fault(['model'], 'A model of Google AI Studio is "google-ai-studio/{model}".');
    return { path: `v1beta/${folder}/${encodeURIComponent(name)}`, name };
  },
};

const RESOURCE =
  /^(?:projects\/[^/]+\/locations\/[^/]+\/(?:publishers\/google\/models|endpoints)|publishers\/google\/models)\/([^/]+)$/;

/** Vertex AI. The model's full name says whose project pays and in which region it runs (spec/providers 1). */
export const VERTEX: GeminiSurface = {
  parameters: VERTEX_PARAMETERS,
  readsUrls: true,
  marksMixedTools: false,
  address(model) {
    const name = RESOURCE.exec(model)?.[1];
    if (name === undefined)
      return fault(
        ['model'],
        'A model of Google Vertex AI is "google-vertex-ai/projects/{project}/locations/{region}/publishers/google/models/{model}".',
      );
    return { path: `v1/${model.split('/').map(encodeURIComponent).join('/')}`, name };
  },
};
