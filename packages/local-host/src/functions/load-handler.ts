import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Unsupported } from '../assembly/unsupported.ts';
import { installAwslambda, type StreamingHandler } from './awslambda.ts';

const EXTENSIONS = ['.mjs', '.js', '.cjs'];

/** What a function may know of the machine it runs on; everything else of its environment is in the template. */
const INHERITED = [
  'PATH',
  'LANG',
  'TZ',
  'NODE_ENV',
  'NODE_EXTRA_CA_CERTS',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
];

let generation = 0;

/**
 * Imports a function's bundle with `process.env` set to its own environment, and gives back its handler.
 *
 * Every load is a new instance, as every Lambda environment is. The environment is swapped only while the bundle
 * loads: later reads see the host's.
 * @param folder the unpacked asset.
 * @param handler `<file>.<export>`, as the template has it.
 * @param where construct path, for the message.
 */
export async function loadHandler(
  folder: string,
  handler: string,
  environment: Readonly<Record<string, string>>,
  where: string,
): Promise<StreamingHandler> {
  const dot = handler.lastIndexOf('.');
  const [file, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const path = EXTENSIONS.map((extension) => join(folder, file + extension)).find(existsSync);
  if (!path) throw new Unsupported(where, `no ${file}${EXTENSIONS.join('|')} in ${folder}`);
  installAwslambda();
  generation += 1;
  const bundle: unknown = await withEnvironment(
    environment,
    () => import(`${pathToFileURL(path).href}?load=${generation}`),
  );
  const exported = bundle as Record<string, unknown> & { default?: Record<string, unknown> };
  const found = exported[name] ?? exported.default?.[name];
  if (typeof found !== 'function') throw new Unsupported(where, `${path} exports no function ${name}`);
  return found as StreamingHandler;
}

async function withEnvironment<Result>(
  environment: Readonly<Record<string, string>>,
  run: () => Promise<Result>,
): Promise<Result> {
  const host = process.env;
  const inherited = Object.fromEntries(INHERITED.flatMap((key) => (host[key] ? [[key, host[key]]] : [])));
  process.env = { ...inherited, ...environment };
  try {
    return await run();
  } finally {
    process.env = host;
  }
}
