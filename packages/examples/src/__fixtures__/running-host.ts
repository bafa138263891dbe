import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const EXAMPLES = fileURLToPath(new URL('..', import.meta.url));
const HOST = fileURLToPath(new URL('./run-host.ts', import.meta.url));

export interface RunningHost extends AsyncDisposable {
  readonly baseUrl: string;
  readonly accountId: string;
  readonly apiToken: string;
  /** What the host said when it was ready. */
  readonly message: string;
  /** Runs a shell command in a folder that holds `.weir`, as a user's does. Resolves with its standard output. */
  shell(command: string, environment?: Readonly<Record<string, string>>): Promise<string>;
  /** Runs one of the examples with the host's coordinates in its environment. Resolves with its standard output. */
  example(file: string, environment?: Readonly<Record<string, string>>): Promise<string>;
}

/** The host on a folder of its own. `environment` stands for the operator's shell. */
export async function runningHost(environment: Readonly<Record<string, string>>): Promise<RunningHost> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-examples-'));
  const dataDir = join(folder, '.weir');
  const PATH = process.env.PATH ?? '';
  const child = spawn(process.execPath, [HOST], {
    env: { PATH, PORT: '0', WEIR_DATA: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const message = await readyMessage(child.stdout.setEncoding('utf8'));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  if (message === null) {
    await stop();
    throw new Error(`the host ended: ${errors.join('')}`);
  }
  const local = JSON.parse(await readFile(join(dataDir, 'local.json'), 'utf8'));
  const coordinates = {
    WEIR_BASE_URL: local.base_url,
    WEIR_ACCOUNT_ID: local.account_id,
    WEIR_API_TOKEN: local.api_token,
  };
  const output = async (program: string, parameters: string[], own: Readonly<Record<string, string>>) => {
    const { stdout } = await promisify(execFile)(program, parameters, { cwd: folder, env: { PATH, ...own } });
    return stdout;
  };
  return {
    baseUrl: local.base_url,
    accountId: local.account_id,
    apiToken: local.api_token,
    message,
    shell: (command, own = {}) => output('sh', ['-c', command], own),
    example: (file, own = {}) => output(process.execPath, [join(EXAMPLES, file)], { ...coordinates, ...own }),
    [Symbol.asyncDispose]: stop,
  };
}

/** Null: the host ended before it was ready. The stream stays open: the host still writes to it when it stops. */
function readyMessage(stdout: Readable): Promise<string | null> {
  return new Promise((resolve) => {
    let message = '';
    stdout.on('data', (text: string) => {
      message += text;
      if (message.includes('curl ') && message.endsWith('\n\n')) resolve(message);
    });
    stdout.on('end', () => resolve(null));
  });
}
