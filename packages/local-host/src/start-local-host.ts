import { type Assembly, readAssembly } from './assembly/read-assembly.ts';
import { resolve } from './assembly/resolve.ts';
import { templateScope } from './assembly/scope.ts';
import type { Declaration } from './assembly/template.ts';
import { Unsupported } from './assembly/unsupported.ts';
import { openDataFolder } from './data/data-folder.ts';
import { type RunningEngines, startEngines } from './engines/engines.ts';
import { fillPlatformSecret, readFirstAccount } from './first-account.ts';
import { captureFunctionConsole } from './functions/function-console.ts';
import { sdkEnvironment } from './functions/function-environment.ts';
import { serveApi } from './http/api-server.ts';
import { RestApiBuilder } from './http/rest-api-builder.ts';
import { type Log, logToStderr } from './log.ts';
import type { Machine } from './machine.ts';
import type { Plugin, Referenced } from './plugins/plugin.ts';
import { PLUGINS, pluginFor } from './plugins/registry.ts';
import { setEnvironment } from './set-environment.ts';
import { Shutdown } from './shutdown.ts';

export interface LocalHostOptions {
  /** The synthesised assembly (`cdk.out`). */
  readonly assembly: string;
  /** Folder of all local state; made when missing. */
  readonly dataDir: string;
  /** 0: any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Variables that stand for the operator's shell: provider keys, `WEIR_*` overrides. Default: none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where functions and the host write what went wrong. Default: standard error. */
  readonly log?: Log;
  /** How often expired items and objects are removed. Default: ten minutes. */
  readonly sweepEveryMs?: number;
  /** How long a minute of a schedule expression takes, so that a test need not wait for one. Default: a minute. */
  readonly scheduleMinuteMs?: number;
  /** How long {@link LocalHost.stop} waits for requests and functions under way. Default: 30 s. */
  readonly graceMs?: number;
  /** How long to wait for a host that just ended to let go of the folder. Default: 5 s. */
  readonly lockWaitMs?: number;
  /** Default: every plugin of this package. */
  readonly plugins?: readonly Plugin[];
}

export interface LocalHost {
  /** `http://127.0.0.1:8787`, no trailing slash. */
  readonly baseUrl: string;
  /** Empty when the template makes no first account. */
  readonly accountId: string;
  /** Empty when the template makes no first account. */
  readonly apiToken: string;
  /** Rejects when the engines end by themselves; resolves after {@link stop}. */
  readonly ended: Promise<void>;
  /**
   * Takes no new requests, lets those under way finish with their functions' work after the last byte, then stops
   * everything. Safe to call twice.
   */
  stop(): Promise<void>;
}

const SWEEP_EVERY_MS = 600_000;
const GRACE_MS = 30_000;
const LOCK_WAIT_MS = 5_000;

/**
 * Runs a synthesised template on this machine. One host per process at a time: functions share its globals.
 * @throws {Unsupported} when the template holds what this host cannot run.
 * @throws {FolderInUse} when another host runs on the folder.
 * @throws {FolderUnusable} when nothing can be written there.
 * @throws {FolderDamaged} when what an earlier start left there cannot be read.
 */
export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  const assembly = await readAssembly(options.assembly);
  const plugins = options.plugins ?? PLUGINS;
  const log = options.log ?? logToStderr;
  const declarations = declared(assembly, plugins);
  await openDataFolder(options.dataDir);
  const shutdown = new Shutdown(options.graceMs ?? GRACE_MS, log);
  try {
    const engines = await startEngines(options.dataDir, options.lockWaitMs ?? LOCK_WAIT_MS);
    shutdown.addOwnBound(() => engines.stop());
    shutdown.addOwnBound(setEnvironment(sdkEnvironment(engines.endpoints)));
    shutdown.addOwnBound(captureFunctionConsole(log));
    const machine = assemble(options, assembly, engines, log, plugins, declarations, (stop) =>
      shutdown.add(stop),
    );
    for (const plugin of plugins) {
      const own = declarations.filter(({ type }) => pluginFor(type, plugins) === plugin);
      if (own.length > 0) await plugin.start(own, machine);
    }
    await fillPlatformSecret(machine);
    const account = await readFirstAccount(machine);
    const { host = '127.0.0.1', port = 0 } = options;
    const server = await serveApi(machine.restApi.build(), { host, port, log });
    shutdown.addOwnBound(async (withinMs) => {
      const left = await server.stop(withinMs);
      if (left > 0) log('host', `${left} requests or functions were not done in time and were left behind`);
    });
    return {
      baseUrl: `http://${server.origin.host}`,
      ...account,
      ended: engines.ended,
      stop: () => shutdown.run(),
    };
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

/** The template's resources whose conditions hold. @throws {Unsupported} for a type that no plugin knows. */
function declared(assembly: Assembly, plugins: readonly Plugin[]): Declaration[] {
  const { template, stackName } = assembly;
  const conditions = templateScope(template, stackName, {
    has: () => false,
    ref: () => undefined,
    attribute: () => undefined,
  });
  return Object.entries(template.Resources).flatMap(([logicalId, resource]) => {
    const path = resource.Metadata?.['aws:cdk:path'] ?? `${stackName}/${logicalId}`;
    if (resource.Condition !== undefined && !conditions.condition(resource.Condition, path)) return [];
    if (!pluginFor(resource.Type, plugins)) throw new Unsupported(path, `the resource type ${resource.Type}`);
    return [{ logicalId, type: resource.Type, path, properties: resource.Properties }];
  });
}

function assemble(
  options: LocalHostOptions,
  assembly: Assembly,
  engines: RunningEngines,
  log: Log,
  plugins: readonly Plugin[],
  declarations: readonly Declaration[],
  onStop: Machine['onStop'],
): Machine {
  const byId = new Map(declarations.map((declaration) => [declaration.logicalId, declaration]));
  const find = (logicalId: string) => {
    const declaration = byId.get(logicalId);
    const plugin = declaration && pluginFor(declaration.type, plugins);
    if (!declaration || !plugin) throw new Unsupported(logicalId, 'the template does not declare it');
    const referenced: Referenced = {
      ...declaration,
      name(property) {
        const value = declaration.properties[property];
        return value === undefined
          ? undefined
          : String(machine.resolve(value, `${declaration.path} › ${property}`));
      },
    };
    return { plugin, referenced };
  };
  const scope = templateScope(assembly.template, assembly.stackName, {
    has: (logicalId) => byId.has(logicalId),
    ref(logicalId) {
      const { plugin, referenced } = find(logicalId);
      return plugin.ref(referenced, machine);
    },
    attribute(logicalId, attribute) {
      const { plugin, referenced } = find(logicalId);
      return plugin.attribute(referenced, attribute, machine);
    },
  });
  const machine: Machine = {
    assembly,
    endpoints: engines.endpoints,
    dataFolder: options.dataDir,
    environment: options.environment ?? {},
    functions: new Map(),
    customResources: new Map(),
    restApi: new RestApiBuilder(),
    log,
    sweepEveryMs: options.sweepEveryMs ?? SWEEP_EVERY_MS,
    scheduleMinuteMs: options.scheduleMinuteMs ?? 60_000,
    resolve: (value, where) => resolve(value, scope, where),
    onStop,
  };
  return machine;
}
