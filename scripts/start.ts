/**
 * `npm start`: builds what changed, then becomes the local host. One process to the end, so a signal to it, or to the
 * npm above it, reaches the host itself.
 */
import { build } from './build.ts';

const failed = await build();
if (failed) process.exit(failed);

const { main } = await import('../packages/local-host/src/main.ts');
await main();
