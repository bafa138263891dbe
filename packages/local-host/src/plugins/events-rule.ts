import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AWS_ACCOUNT, REGION } from '../assembly/scope.ts';
import { Unsupported } from '../assembly/unsupported.ts';
import { repeat } from '../sweepers/repeat.ts';
import { functionAt } from './lambda-function.ts';
import { arn } from './names.ts';
import { definePlugin, type Referenced } from './plugin.ts';

const ruleSchema = z.strictObject({
  Name: z.string().optional(),
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z
    .array(
      z.strictObject({
        Id: z.string(),
        Arn: z.string(),
        Input: z.string().optional(),
        // A turn that failed is logged, and the next one tries again.
        RetryPolicy: z.unknown().optional(),
      }),
    )
    .default([]),
});

const MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440 };

/** Rules that invoke functions at a fixed rate. As on AWS, the first time is one interval after the start. */
export const eventsRule = definePlugin({
  types: ['AWS::Events::Rule'],
  properties: ruleSchema,
  ignores: { Description: 'nothing reads it', Tags: 'nothing reads them' },
  ref: ruleName,
  attribute: (resource, name) => (name === 'Arn' ? arn('events', `rule/${ruleName(resource)}`) : undefined),
  async start(rules, machine) {
    for (const { path, logicalId, properties } of rules) {
      const minutes = scheduleMinutes(properties.ScheduleExpression);
      if (minutes === null) {
        throw new Unsupported(
          `${path} › ScheduleExpression`,
          `${properties.ScheduleExpression} (only rate(…))`,
        );
      }
      const ruleArn = arn('events', `rule/${properties.Name ?? logicalId}`);
      for (const target of properties.Targets) {
        const invoked = functionAt(machine, target.Arn, `${path} › Targets.${target.Id}`);
        if (properties.State === 'DISABLED') continue;
        const work = async () => {
          await invoked.invoke(
            target.Input === undefined ? scheduledEvent(ruleArn) : JSON.parse(target.Input),
          );
        };
        machine.onStop(repeat(path, minutes * machine.scheduleMinuteMs, work, machine.log));
      }
    }
  },
});

function ruleName(resource: Referenced): string {
  return resource.name('Name') ?? resource.logicalId;
}

/** Minutes of `rate(<n> minute[s]|hour[s]|day[s])`, or null for any other expression. */
export function scheduleMinutes(expression: string): number | null {
  const match = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression);
  return match ? Number(match[1]) * (MINUTES[match[2] ?? ''] ?? 1) : null;
}

function scheduledEvent(ruleArn: string): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: AWS_ACCOUNT,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    region: REGION,
    resources: [ruleArn],
    detail: {},
  };
}
