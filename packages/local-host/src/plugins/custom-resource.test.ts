import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { functionResource, type Scratch, scratchFolder, writeAssembly } from '../__fixtures__/assembly.ts';
import { type LocalHost, startLocalHost } from '../start-local-host.ts';

/** Keeps every event, and answers as the resource's properties tell it. */
const MAKER = `
  import { request } from 'node:http';
  export const handler = async (event) => {
    globalThis.made.push(event);
    const { Answer, Throws } = event.ResourceProperties;
    if (Throws) throw new Error('cannot make it');
    const body = JSON.stringify({
      Status: 'SUCCESS',
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      PhysicalResourceId: event.PhysicalResourceId ?? 'physical-1',
      ...Answer,
    });
    await new Promise((resolve, reject) => {
      const put = request(event.ResponseURL, { method: 'PUT' }, (response) => response.resume().on('end', resolve));
      put.on('error', reject);
      put.end(body);
    });
  };
`;

const made: Array<Record<string, unknown>> = [];
let scratch: Scratch;
const hosts: LocalHost[] = [];

beforeEach(async () => {
  Object.assign(globalThis, { made });
  made.length = 0;
  scratch = await scratchFolder();
});

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
  await scratch[Symbol.asyncDispose]();
});

async function startWith(properties: object, more: Record<string, unknown> = {}): Promise<LocalHost> {
  const assembly = await writeAssembly(scratch.folder, {
    bundles: { maker: MAKER },
    resources: {
      Role: { Type: 'AWS::IAM::Role' },
      Maker: functionResource('maker'),
      Thing: {
        Type: 'Custom::Thing',
        Properties: { ServiceToken: { 'Fn::GetAtt': ['Maker', 'Arn'] }, ServiceTimeout: '2', ...properties },
        Metadata: { 'aws:cdk:path': 'Weir/Thing/Default' },
      },
      ...more,
    },
  });
  const host = await startLocalHost({ assembly, dataDir: join(scratch.folder, 'data'), log: () => {} });
  hosts.push(host);
  return host;
}

async function restartWith(properties: object): Promise<void> {
  for (const host of hosts.splice(0)) await host.stop();
  await startWith(properties);
}

test('the first start creates the resource with the event that CloudFormation sends', async () => {
  await startWith({ Size: { Ref: 'AWS::Region' } });
  expect(made).toEqual([
    {
      RequestType: 'Create',
      ServiceToken: 'arn:aws:lambda:us-east-1:000000000000:function:Maker',
      ResponseURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]{36}$/),
      StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Weir/local',
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      LogicalResourceId: 'Thing',
      ResourceType: 'Custom::Thing',
      ResourceProperties: {
        ServiceToken: 'arn:aws:lambda:us-east-1:000000000000:function:Maker',
        ServiceTimeout: '2',
        Size: 'us-east-1',
      },
    },
  ]);
});

test('a second start on the folder leaves it as it is, and a changed property updates it', async () => {
  await startWith({ Size: '1' });
  await restartWith({ Size: '1' });
  expect(made).toHaveLength(1);
  await restartWith({ Size: '2' });
  expect(made[1]).toMatchObject({
    RequestType: 'Update',
    PhysicalResourceId: 'physical-1',
    ResourceProperties: { Size: '2' },
    OldResourceProperties: { Size: '1' },
  });
});

test('other resources see what it answered, also after a restart, in a file for its owner only', async () => {
  const answer = { Answer: { Data: { Colour: 'red' } } };
  const queue = { Type: 'AWS::SQS::Queue', Properties: {} };
  const rule = {
    Type: 'AWS::Events::Rule',
    Properties: {
      ScheduleExpression: 'rate(1 day)',
      Name: { 'Fn::Join': ['-', [{ Ref: 'Thing' }, { 'Fn::GetAtt': ['Thing', 'Colour'] }]] },
    },
  };
  await startWith(answer, { queue, rule });
  await restartWith(answer);
  const file = join(scratch.folder, 'data/custom-resources.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    Thing: { physicalId: 'physical-1', data: { Colour: 'red' } },
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a failure stops the start with the construct’s path and the reason, and the next start tries again', async () => {
  const failed = { Answer: { Status: 'FAILED', Reason: 'no room' } };
  await expect(startWith(failed)).rejects.toThrow('Weir/Thing/Default (Custom::Thing) failed: no room');
  await expect(startWith(failed)).rejects.toThrow('no room');
  expect(made.map(({ RequestType }) => RequestType)).toEqual(['Create', 'Create']);
});

test('a function that throws stops the start at once', async () => {
  await expect(startWith({ Throws: true })).rejects.toMatchObject({
    message: expect.stringContaining('Weir/Thing/Default (Custom::Thing)'),
    cause: new Error('cannot make it'),
  });
});

test('an answer that is none stops the start', async () => {
  await expect(startWith({ Answer: { Status: 'MAYBE' } })).rejects.toThrow('Weir/Thing/Default');
});
