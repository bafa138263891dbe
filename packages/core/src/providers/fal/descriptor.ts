import { header } from '../../http/header-map.ts';
import { defineProvider } from '../descriptor.ts';
import { badPath, joinUrl } from '../upstream-path.ts';

/** The whole upstream URL, written by Fal's own clients when they work through a proxy. */
const TARGET_HEADER = 'x-fal-target-url';
const HOST = /^(?:[a-z0-9-]+\.)*fal\.(?:run|ai)$/;

const isFal = (url: URL) =>
  url.protocol === 'https:' &&
  url.port === '' &&
  url.username === '' &&
  url.password === '' &&
  HOST.test(url.hostname);

export const fal = defineProvider({
  slug: 'fal',
  name: 'Fal AI',
  baseUrl: 'https://fal.run',
  credential: { kind: 'header', header: 'authorization', scheme: 'Key' },
  usage: 'none',
  modelInPath: /^(.+?)(?:\/requests(?:\/.*)?)?$/,
  resolve({ baseUrl, headers, overridden, path }) {
    const wanted = header(headers, TARGET_HEADER);
    if (wanted === undefined) return { url: joinUrl(baseUrl, path) };
    const target = URL.parse(wanted);
    if (!target || !isFal(target))
      return badPath(`"${TARGET_HEADER}" must be an https URL on fal.run, fal.ai or a host below them.`);
    return {
      url: `${overridden ? baseUrl : target.origin}${target.pathname}`,
      query: target.search.slice(1),
      dropHeaders: [TARGET_HEADER],
    };
  },
});
