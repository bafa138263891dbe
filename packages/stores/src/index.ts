/**
 * The ports of core on AWS. Import from the part you need (`@weir/stores/cache`, `…/circuits`, `…/config`, `…/control`,
 * `…/records`, `…/limits`, `…/logs`, `…/credentials`, `…/secrets`, `…/bucket`, `…/memory`): a bundle then holds that part's
 * clients only.
 */
export * from './bucket/index.ts';
export * from './cache/index.ts';
export * from './circuits/index.ts';
export * from './config/index.ts';
export * from './control/index.ts';
export * from './credentials/index.ts';
export * from './credentials/secrets-manager.ts';
export * from './key-ring/index.ts';
export * from './key-ring/key-sealer.ts';
export * from './key-uses/index.ts';
export * from './logs/index.ts';
export * from './memory.ts';
export * from './price-book/index.ts';
export * from './records/index.ts';
export * from './totals/index.ts';
