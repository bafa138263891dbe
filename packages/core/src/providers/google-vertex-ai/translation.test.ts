import { expect, test } from '@jest/globals';
import { asked, encoded, targetOf } from '../../dialects/__fixtures__/exchange.ts';
import { googleVertexAiTranslation } from './translation.ts';

const PLACE = 'projects/p/locations/us-east5/publishers';

test.each([
  ['google/models/gemini-2.5-pro', 'generateContent'],
  ['anthropic/models/claude-sonnet-4-5@20250929', 'rawPredict'],
])('the publisher decides the format: %s', (model, verb) => {
  const name = `${PLACE}/${model}`;
  const dialect = googleVertexAiTranslation.dialectFor(name, asked());
  const { path } = encoded(dialect, asked(), targetOf('google-vertex-ai', name));
  expect(path).toBe(`v1/${PLACE}/${model.replace('@', '%40')}:${verb}`);
});
