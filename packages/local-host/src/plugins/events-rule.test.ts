import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { functionResource } from '../__fixtures__/assembly.ts';
import { eventually } from '../__fixtures__/eventually.ts';
import { type RunningHost, runningHost } from '../__fixtures__/running-host.ts';
import { scheduleMinutes } from './events-rule.ts';

const RECORDER = `
  const events = (globalThis.scheduled ??= {});
  export const handler = async (event) => {
    (events[name] ??= []).push(event);
    if (name === 'Failing') throw new Error('this turn failed');
  };
  const name = process.env.AWS_LAMBDA_FUNCTION_NAME;
`;

const scheduled: Record<string, unknown[]> = {};
let running: RunningHost;

const rule = (target: string, properties: object = {}, more: object = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    ScheduleExpression: 'rate(1 minute)',
    Targets: [{ Id: 'Target0', Arn: { 'Fn::GetAtt': [target, 'Arn'] }, ...more }],
    ...properties,
  },
});

beforeAll(async () => {
  Object.assign(globalThis, { scheduled });
  running = await runningHost(
    {
      bundles: { recorder: RECORDER },
      resources: {
        Role: { Type: 'AWS::IAM::Role' },
        Minutely: functionResource('recorder'),
        Daily: functionResource('recorder'),
        Off: functionResource('recorder'),
        Failing: functionResource('recorder'),
        Fixed: functionResource('recorder'),
        EveryMinute: rule('Minutely'),
        EveryDay: rule('Daily', { ScheduleExpression: 'rate(1 day)' }),
        Disabled: rule('Off', { State: 'DISABLED' }),
        Fails: rule('Failing'),
        WithInput: rule('Fixed', {}, { Input: '{"drain":true}', RetryPolicy: { MaximumRetryAttempts: 0 } }),
      },
    },
    { scheduleMinuteMs: 50 },
  );
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

test('a rule invokes its function at its rate with the scheduled event', async () => {
  const [event] = await eventually(() => (scheduled.Minutely?.length ?? 0) >= 3 && scheduled.Minutely);
  expect(event).toEqual({
    version: '0',
    id: expect.any(String),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:000000000000:rule/EveryMinute'],
    detail: {},
  });
  expect(scheduled.Daily).toBeUndefined();
});

test('a target’s own input takes the place of the event', async () => {
  const [event] = await eventually(() => scheduled.Fixed);
  expect(event).toEqual({ drain: true });
});

test('a turn that fails is logged, and the next one comes', async () => {
  await eventually(() => (scheduled.Failing?.length ?? 0) >= 2);
  expect(running.logged.find((line) => line.includes('this turn failed'))).toBeDefined();
});

test('a disabled rule does nothing', async () => {
  await eventually(() => (scheduled.Minutely?.length ?? 0) >= 3);
  expect(scheduled.Off).toBeUndefined();
});

test.each([
  ['rate(1 minute)', 1],
  ['rate(5 minutes)', 5],
  ['rate(2 hours)', 120],
  ['rate(1 day)', 1440],
  ['rate(0 minutes)', null],
  ['rate(5 seconds)', null],
  ['rate(1.5 hours)', null],
  ['cron(0 12 * * ? *)', null],
])('%s is %s minutes', (expression, minutes) => {
  expect(scheduleMinutes(expression)).toBe(minutes);
});
