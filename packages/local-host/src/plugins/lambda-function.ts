import * as z from 'zod';
import { REGION } from '../assembly/scope.ts';
import { Unsupported } from '../assembly/unsupported.ts';
import { functionEnvironment, overriddenNames } from '../functions/function-environment.ts';
import { loadHandler } from '../functions/load-handler.ts';
import { LocalFunction } from '../functions/local-function.ts';
import type { Machine } from '../machine.ts';
import { InvalidSettings } from '../settings.ts';
import { arn } from './names.ts';
import { definePlugin, type Referenced, type Resource } from './plugin.ts';

const functionSchema = z.strictObject({
  FunctionName: z.string().optional(),
  Runtime: z.string().regex(/^nodejs/, 'only Node.js runtimes run in this host'),
  Handler: z.string(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
});

/** Functions, loaded from their asset folders into this process. */
export const lambdaFunction = definePlugin({
  types: ['AWS::Lambda::Function'],
  properties: functionSchema,
  ignores: {
    Architectures: 'the bundles are plain JavaScript',
    DeadLetterConfig: 'nothing here invokes asynchronously and gives up',
    Description: 'nothing reads it',
    KmsKeyArn: 'the environment stays in memory',
    LoggingConfig: 'what functions print goes to standard error',
    RecursiveLoop: 'there is no loop detection',
    ReservedConcurrentExecutions: 'one instance serves all requests at once',
    Role: 'IAM is not evaluated',
    RuntimeManagementConfig: 'the runtime is the Node.js that runs the host',
    Tags: 'nothing reads them',
    TracingConfig: 'there is no X-Ray',
  },
  ref: functionName,
  attribute: (resource, name) => (name === 'Arn' ? functionArn(functionName(resource)) : undefined),
  async start(functions, machine) {
    // One after the other: each import sees its own environment.
    for (const resource of functions) {
      const loaded = await load(resource, machine);
      machine.functions.set(loaded.identity.arn, loaded);
    }
  },
});

async function load(
  resource: Resource<z.infer<typeof functionSchema>>,
  machine: Machine,
): Promise<LocalFunction> {
  const { path, logicalId, properties } = resource;
  const folder = machine.assembly.assetFolder(properties.Code.S3Key);
  if (!folder)
    throw new Unsupported(`${path} › Code`, `the assembly holds no folder for ${properties.Code.S3Key}`);
  const name = properties.FunctionName ?? logicalId;
  const identity = {
    name,
    arn: functionArn(name),
    memoryMb: properties.MemorySize,
    timeoutMs: properties.Timeout * 1000,
  };
  const given = {
    identity,
    handler: properties.Handler,
    folder,
    declared: properties.Environment?.Variables ?? {},
    host: machine.environment,
    endpoints: machine.endpoints,
  };
  const environment = functionEnvironment(given);
  const handler = await loadHandler(folder, properties.Handler, environment, path).catch((error: unknown) => {
    throw explained(error, name, overriddenNames(given));
  });
  return new LocalFunction(identity, environment, handler);
}

/** A function reads its environment while it loads: what fails then under the operator's variables is most likely theirs. */
function explained(error: unknown, name: string, variables: readonly string[]): unknown {
  if (error instanceof Unsupported || variables.length === 0) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new InvalidSettings(`The function ${name} cannot use ${variables.join(', ')}: ${why}`, {
    cause: error,
  });
}

function functionName(resource: Referenced): string {
  return resource.name('FunctionName') ?? resource.logicalId;
}

function functionArn(name: string): string {
  return arn('lambda', `function:${name}`);
}

/** The function behind an ARN that a template names. @throws {Unsupported} */
export function functionAt(machine: Machine, functionArnOrName: string, where: string): LocalFunction {
  const found =
    machine.functions.get(functionArnOrName) ?? machine.functions.get(functionArn(functionArnOrName));
  if (!found)
    throw new Unsupported(where, `${functionArnOrName} is not a function of this stack in ${REGION}`);
  return found;
}
