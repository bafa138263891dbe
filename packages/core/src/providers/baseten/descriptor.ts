import { defineProvider } from '../descriptor.ts';
import { badPath, fillBase, joinUrl, splitPath } from '../upstream-path.ts';

/** A deployed model has its own host. */
const DEDICATED = 'https://model-{id}.api.baseten.co';
const MODEL_ID = /^[a-z0-9]{1,40}$/i;

export const baseten = defineProvider({
  slug: 'baseten',
  name: 'Baseten',
  compatPrefixes: ['baseten'],
  baseUrl: 'https://inference.baseten.co/v1',
  serves: { 'openai-chat': { path: 'chat/completions' } },
  streamUsage: 'on-request',
  modelInPath: /^model\/([^/]+)/,
  resolve({ baseUrl, overridden, path }) {
    if (path !== 'model' && !path.startsWith('model/')) return { url: joinUrl(baseUrl, path) };
    const [, id = '', rest = ''] = splitPath(path, 2);
    if (!MODEL_ID.test(id)) return badPath('A Baseten model id is letters and digits only.');
    const base = fillBase(overridden ? baseUrl : DEDICATED, { id });
    return { url: joinUrl(base, rest === '' ? 'production/predict' : rest) };
  },
});
