/** Imports one bundle in a fresh process, as the runtime client does, and prints how many ms that took. */
import { pathToFileURL } from 'node:url';

const [, , path = ''] = process.argv;
Object.assign(globalThis, {
  awslambda: { streamifyResponse: (handler: unknown) => handler, HttpResponseStream: { from: () => null } },
});
const startedAt = performance.now();
await import(pathToFileURL(path).href);
process.stdout.write(String(performance.now() - startedAt), () => process.exit(0));
