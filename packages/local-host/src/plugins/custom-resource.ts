import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { type Deployed, DeployedResources } from '../custom-resources/deployed-resources.ts';
import { openResponseUrl } from '../custom-resources/response-url.ts';
import type { Machine } from '../machine.ts';
import { functionAt } from './lambda-function.ts';
import { definePlugin, type Resource } from './plugin.ts';

const customSchema = z.looseObject({
  ServiceToken: z.string(),
  /** Seconds. CDK writes it as text, and the function sees what the template holds. */
  ServiceTimeout: z.union([z.string(), z.number()]).optional(),
});

/** CloudFormation gives up on a custom resource after an hour; nobody waits that long at a terminal. */
const GIVE_UP_MS = 60_000;

/**
 * Custom resources whose function is part of the template: `Create` at the first start on a data folder, `Update` when
 * the properties changed, nothing otherwise. What they answered is kept in the data folder.
 */
export const customResource = definePlugin({
  types: ['AWS::CloudFormation::CustomResource', 'Custom::*'],
  properties: customSchema,
  ignores: {},
  ref: (resource, machine) => {
    const id = machine.customResources.get(resource.logicalId)?.PhysicalResourceId;
    return typeof id === 'string' ? id : resource.logicalId;
  },
  attribute: (resource, name, machine) => machine.customResources.get(resource.logicalId)?.[name],
  async start(resources, machine) {
    const deployed = await DeployedResources.open(join(machine.dataFolder, 'custom-resources.json'));
    for (const resource of resources) {
      const before = deployed.find(resource.logicalId);
      const properties: Record<string, unknown> = JSON.parse(JSON.stringify(resource.properties));
      const isUnchanged = before !== undefined && isDeepStrictEqual(before.properties, properties);
      const now = isUnchanged ? before : await deploy(resource, before, machine);
      if (!isUnchanged) await deployed.remember(resource.logicalId, { ...now, properties });
      machine.customResources.set(resource.logicalId, { ...now.data, PhysicalResourceId: now.physicalId });
    }
  },
});

type Custom = Resource<z.infer<typeof customSchema>>;

/** Invokes the resource's function and waits for what it puts to the response URL. */
async function deploy(
  { logicalId, type, path, properties }: Custom,
  before: Deployed | undefined,
  machine: Machine,
): Promise<Omit<Deployed, 'properties'>> {
  const { ServiceToken, ServiceTimeout } = properties;
  const invoked = functionAt(machine, ServiceToken, `${path} › ServiceToken`);
  const url = await openResponseUrl(
    ServiceTimeout === undefined ? GIVE_UP_MS : Number(ServiceTimeout) * 1000,
  );
  const RequestId = randomUUID();
  const event = {
    RequestType: before ? 'Update' : 'Create',
    ServiceToken,
    ResponseURL: url.url,
    StackId: machine.resolve({ Ref: 'AWS::StackId' }, path),
    RequestId,
    LogicalResourceId: logicalId,
    ResourceType: type,
    ResourceProperties: properties,
    ...(before ? { PhysicalResourceId: before.physicalId, OldResourceProperties: before.properties } : {}),
  };
  // The answer counts, not the invocation; but a function that threw will never answer.
  invoked.invoke(event).catch((error: unknown) => url.give(error));
  const answer = await url.answer.catch((cause: unknown) => {
    throw new Error(`${path} (${type}): its function ${ServiceToken} gave no answer`, { cause });
  });
  if (answer.Status !== 'SUCCESS') {
    throw new Error(`${path} (${type}) failed: ${answer.Reason ?? 'no reason given'}`);
  }
  const physicalId = answer.PhysicalResourceId ?? before?.physicalId ?? RequestId;
  return { physicalId, data: answer.Data ?? {} };
}
