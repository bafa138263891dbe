import { join } from 'node:path';
import { type LocalHost, type LocalHostOptions, startLocalHost } from '../start-local-host.ts';
import { type Fixture, scratchFolder, writeAssembly } from './assembly.ts';

export interface RunningHost extends AsyncDisposable {
  readonly host: LocalHost;
  readonly baseUrl: string;
  readonly folder: string;
  readonly dataDir: string;
  readonly assembly: string;
  /** `source: text`, in order. */
  readonly logged: readonly string[];
}

/** A host on a folder of its own; both are gone when the scope ends. */
export async function runningHost(
  fixture: Fixture,
  options: Partial<LocalHostOptions> = {},
): Promise<RunningHost> {
  const scratch = await scratchFolder();
  const assembly = await writeAssembly(scratch.folder, fixture);
  const dataDir = join(scratch.folder, 'data');
  const logged: string[] = [];
  const log = (source: string, text: string) => logged.push(`${source}: ${text}`);
  const host = await startLocalHost({ assembly, dataDir, log, ...options }).catch(async (error: unknown) => {
    await scratch[Symbol.asyncDispose]();
    throw error;
  });
  return {
    host,
    baseUrl: host.baseUrl,
    folder: scratch.folder,
    dataDir,
    assembly,
    logged,
    async [Symbol.asyncDispose]() {
      await host.stop();
      await scratch[Symbol.asyncDispose]();
    },
  };
}
