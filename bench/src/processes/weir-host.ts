/**
 * The local host with the synthesised template, as `npm start` runs it, except that the log consumer's triggers are left
 * out: on AWS it is another function with its own CPU, and here the process is to be the gateway alone.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Machine, PLUGINS, type Plugin, startLocalHost } from '@weir/local-host';
import type { WeirHost } from './weir-host-shape.ts';

const ASSEMBLY = fileURLToPath(new URL('../../../infra/cdk.out', import.meta.url));
const TRIGGERS = new Set(['AWS::Lambda::EventSourceMapping', 'AWS::Events::Rule']);

let machine: Machine | null = null;

/** Stands where the triggers stood, starts none, and remembers what runs beside them. */
const withoutTriggers = (plugin: Plugin): Plugin =>
  plugin.types.some((type) => TRIGGERS.has(type))
    ? {
        ...plugin,
        async start(_declarations, running) {
          machine = running;
        },
      }
    : plugin;

const host = await startLocalHost({
  assembly: ASSEMBLY,
  dataDir: join(process.env.WEIR_DATA ?? ''),
  environment: { WEIR_PROVIDER_BASE_URLS: process.env.WEIR_PROVIDER_BASE_URLS },
  plugins: PLUGINS.map(withoutTriggers),
});

process.send?.({ ready: description() });
process.on('SIGTERM', () => void host.stop().finally(() => process.exit(0)));

function description(): WeirHost {
  const functions = [...(machine?.functions.values() ?? [])].map(({ identity, environment, streams }) => ({
    name: kebabCase(identity.name),
    folder: environment.LAMBDA_TASK_ROOT ?? '',
    handler: environment._HANDLER ?? '',
    environment,
    streamed: streams,
  }));
  return {
    baseUrl: host.baseUrl,
    accountId: host.accountId,
    apiToken: host.apiToken,
    functions,
    queueUrl: functions.flatMap(({ environment }) => environment.WEIR_RECORDS_QUEUE_URL ?? [])[0] ?? '',
  };
}

/** `LogConsumer`, a logical id, is the function `log-consumer`. */
function kebabCase(text: string): string {
  return text.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
}
