import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { Unsupported } from '../assembly/unsupported.ts';
import { DeployedResources } from '../custom-resources/deployed-resources.ts';
import { openResponseUrl } from '../custom-resources/response-url.ts';
import { describeError } from '../log.ts';
import { functionAt } from './lambda-function.ts';
import { definePlugin } from './plugin.ts';

const customSchema = z.looseObject({
  ServiceToken: z.string(),
  ServiceTimeout: z.coerce.number().optional(),
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
    for (const { logicalId, type, path, properties } of resources) {
      const { ServiceToken, ServiceTimeout } = properties;
      const invoked = functionAt(machine, ServiceToken, `${path} › ServiceToken`);
      const before = deployed.find(logicalId);
      if (before && isDeepStrictEqual(before.properties, JSON.parse(JSON.stringify(properties)))) {
        machine.customResources.set(logicalId, { ...before.data, PhysicalResourceId: before.physicalId });
        continue;
      }
      const answerAt = await openResponseUrl(ServiceTimeout ? ServiceTimeout * 1000 : GIVE_UP_MS);
      const RequestId = randomUUID();
      const event = {
        RequestType: before ? 'Update' : 'Create',
        ServiceToken,
        ResponseURL: answerAt.url,
        StackId: machine.resolve({ Ref: 'AWS::StackId' }, path),
        RequestId,
        LogicalResourceId: logicalId,
        ResourceType: type,
        ResourceProperties: properties,
        ...(before
          ? { PhysicalResourceId: before.physicalId, OldResourceProperties: before.properties }
          : {}),
      };
      // The answer counts, not the invocation; but a function that threw will never answer.
      invoked.invoke(event).catch((error: unknown) => answerAt.give(error));
      const answer = await answerAt.answer.catch((error: unknown) => {
        throw new Unsupported(path, `its function ${ServiceToken} gave no answer: ${describeError(error)}`);
      });
      if (answer.Status !== 'SUCCESS')
        throw new Error(`${path} (${type}) failed: ${answer.Reason ?? 'no reason given'}`);
      const physicalId = answer.PhysicalResourceId ?? before?.physicalId ?? RequestId;
      const data = answer.Data ?? {};
      await deployed.remember(logicalId, { physicalId, properties, data: answer.NoEcho ? {} : data });
      machine.customResources.set(logicalId, { ...data, PhysicalResourceId: physicalId });
    }
  },
});
