import type { CacheHint } from '../../form/blocks.ts';
import type { Json } from '../../form/json.ts';

export const writeCache = (cache: CacheHint): Json => ({
  type: 'ephemeral',
  ...(cache.lifetime === null ? {} : { ttl: cache.lifetime }),
});
