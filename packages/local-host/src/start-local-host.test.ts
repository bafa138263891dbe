import { afterEach, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { functionResource, restApi } from './__fixtures__/assembly.ts';
import { json, send } from './__fixtures__/raw-http.ts';
import { type RunningHost, runningHost } from './__fixtures__/running-host.ts';
import { definePlugin } from './plugins/plugin.ts';
import { PLUGINS } from './plugins/registry.ts';
import { startLocalHost } from './start-local-host.ts';

const running: RunningHost[] = [];

async function start(...given: Parameters<typeof runningHost>): Promise<RunningHost> {
  const host = await runningHost(...given);
  running.push(host);
  return host;
}

afterEach(async () => {
  for (const host of running.splice(0)) await host[Symbol.asyncDispose]();
});

const OK = `export const handler = async () => ({ statusCode: 200, body: 'ok' });`;
const STREAM = `export const handler = awslambda.streamifyResponse(async () => {});`;
const at = (path: string, resource: object) => ({ ...resource, Metadata: { 'aws:cdk:path': path } });

describe('a template that holds what this host cannot run does not start, and the message names the place', () => {
  const queue = (Properties: object) => at('Weir/Records/Queue', { Type: 'AWS::SQS::Queue', Properties });

  const refused: ReadonlyArray<readonly [what: string, resources: Record<string, unknown>, message: string]> =
    [
      [
        'an unknown type',
        { Cluster: at('Weir/Service/Cluster', { Type: 'AWS::ECS::Cluster' }) },
        'unsupported: Weir/Service/Cluster: the resource type AWS::ECS::Cluster',
      ],
      [
        'an unknown type without a construct path',
        { Cluster: { Type: 'AWS::ECS::Cluster' } },
        'unsupported: Weir/Cluster: the resource type AWS::ECS::Cluster',
      ],
      [
        'an unknown property',
        { Q: queue({ FifoQueue: true }) },
        'unsupported: Weir/Records/Queue (AWS::SQS::Queue) › FifoQueue: ',
      ],
      [
        'an unknown property inside another',
        { Q: queue({ RedrivePolicy: { deadLetterTargetArn: 'a', maxReceiveCount: 1, colour: 'red' } }) },
        'unsupported: Weir/Records/Queue (AWS::SQS::Queue) › RedrivePolicy.colour: ',
      ],
      [
        'an intrinsic function that needs AWS',
        { Q: queue({ QueueName: { 'Fn::ImportValue': 'x' } }) },
        'unsupported: Weir/Records/Queue › QueueName: the intrinsic function Fn::ImportValue',
      ],
      [
        'an attribute that is not simulated',
        { Q: queue({ QueueName: { 'Fn::GetAtt': ['Role', 'RoleId'] } }), Role: { Type: 'AWS::IAM::Role' } },
        'unsupported: Weir/Records/Queue › QueueName: Fn::GetAtt Role.RoleId',
      ],
      [
        'a schedule that is no rate',
        {
          Rule: at('Weir/Rule', {
            Type: 'AWS::Events::Rule',
            Properties: { ScheduleExpression: 'cron(0 * * * ? *)' },
          }),
        },
        'unsupported: Weir/Rule › ScheduleExpression: cron(0 * * * ? *) (only rate(…))',
      ],
      [
        'a function in another language',
        { Fn: functionResource('ok', { Runtime: 'python3.14' }), Role: { Type: 'AWS::IAM::Role' } },
        'unsupported: Weir/ok/Resource (AWS::Lambda::Function) › Runtime: only Node.js runtimes run in this host',
      ],
      [
        'a function without its bundle',
        { Fn: functionResource('absent'), Role: { Type: 'AWS::IAM::Role' } },
        'unsupported: Weir/absent/Resource › Code: the assembly holds no folder for',
      ],
      [
        'a bundle without its handler',
        { Fn: functionResource('ok', { Handler: 'index.other' }), Role: { Type: 'AWS::IAM::Role' } },
        'exports no function other',
      ],
      [
        'a streaming method on a handler that does not stream',
        { ...restApi([{ path: '/x', function: 'Fn', streams: true }]), Fn: functionResource('ok') },
        '› Integration.ResponseTransferMode: the method streams and the handler of Fn does not stream',
      ],
      [
        'a buffered method on a handler that streams',
        { ...restApi([{ path: '/x', function: 'Fn' }]), Fn: functionResource('stream') },
        '› Integration.ResponseTransferMode: the method is buffered and the handler of Fn streams',
      ],
      [
        'a gateway response that needs more than this host fills in',
        {
          ...restApi([]),
          Answer: at('Weir/Answer', {
            Type: 'AWS::ApiGateway::GatewayResponse',
            Properties: {
              ResponseType: 'DEFAULT_4XX',
              RestApiId: { Ref: 'Api' },
              ResponseTemplates: { 'application/json': '{"ip":"$context.identity.sourceIp"}' },
            },
          }),
        },
        'unsupported: Weir/Answer › ResponseTemplates: $context.identity.sourceIp',
      ],
    ];

  test.each(refused)('%s', async (_what, resources, message) => {
    await expect(start({ bundles: { ok: OK, stream: STREAM }, resources })).rejects.toThrow(message);
  });

  test('a section that makes another template of it', async () => {
    const sections = { Transform: 'AWS::LanguageExtensions' };
    for (const resources of [{}, { 'Fn::ForEach::Queues': ['Name', ['A', 'B'], {}] }]) {
      const starting = start({ sections, resources });
      await expect(starting).rejects.toThrow('unsupported: Weir: the section Transform');
    }
  });

  test('a method with an authorizer', async () => {
    const resources: Record<string, unknown> = {
      ...restApi([{ path: '/x', function: 'Fn' }]),
      Fn: functionResource('ok'),
    };
    const method = resources.PathxANY as { Properties: Record<string, unknown> };
    method.Properties.AuthorizationType = 'AWS_IAM';
    await expect(start({ bundles: { ok: OK }, resources })).rejects.toThrow('AuthorizationType');
  });
});

test('a resource whose condition does not hold does not exist', async () => {
  await start({
    sections: { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } },
    resources: { Cluster: { Type: 'AWS::ECS::Cluster', Condition: 'Never' } },
  });
});

test('properties that mean nothing on one machine are not even resolved', async () => {
  const KmsMasterKeyId = { 'Fn::ImportValue': 'key-of-another-stack' };
  await start({ resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId } } } });
});

/** The smallest plugin: copy it for the next type of resource. */
const helloWorld = definePlugin({
  types: ['Test::Hello::World'],
  properties: z.strictObject({ Name: z.string(), Greeting: z.string() }),
  ignores: { Colour: 'nothing shows it' },
  ref: (resource) => resource.name('Name') ?? resource.logicalId,
  attribute: (resource, name) => (name === 'Arn' ? `arn:hello:${resource.logicalId}` : undefined),
  async start(resources, machine) {
    for (const { properties } of resources) machine.log('hello', `${properties.Greeting} ${properties.Name}`);
    machine.onStop(() => machine.log('hello', 'bye'));
  },
});

test('a plugin starts with its resolved properties, is referred to by others, and ends with the host', async () => {
  const resources = {
    Hello: {
      Type: 'Test::Hello::World',
      Properties: { Name: 'a', Greeting: { Ref: 'Other' }, Colour: 'red' },
    },
    Other: {
      Type: 'Test::Hello::World',
      Properties: { Name: 'b', Greeting: { 'Fn::GetAtt': ['Hello', 'Arn'] } },
    },
  };
  const { host, logged } = await start({ resources }, { plugins: [...PLUGINS, helloWorld] });
  expect(logged).toEqual(['hello: b a', 'hello: arn:hello:Hello b']);
  await host.stop();
  expect(logged).toContain('hello: bye');
});

describe('a function’s environment', () => {
  const ENVIRONMENT = `
    const atLoad = { ...process.env };
    export const handler = async () => ({ statusCode: 200, body: JSON.stringify({ atLoad, now: { ...process.env } }) });
  `;
  const declare = (variables: object) => ({
    bundles: { environment: ENVIRONMENT },
    resources: {
      ...restApi([
        { path: '/one', function: 'One' },
        { path: '/two', function: 'Two' },
      ]),
      Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
      One: functionResource('environment', { Environment: { Variables: variables } }),
      Two: functionResource('environment', { Environment: { Variables: { WEIR_ONLY_TWO: '2' } } }),
    },
  });
  const environmentOf = async ({ baseUrl }: RunningHost, path: string) =>
    (await json(send(baseUrl, path))).atLoad as Record<string, string>;

  test('holds what the template declares for it, Lambda’s own variables and the engines, and nothing of the host', async () => {
    const host = await start(declare({ WEIR_QUEUE: { Ref: 'Queue' } }), {
      environment: { OPENAI_API_KEY: 'sk-secret', WEIR_STRAY: 'x' },
    });
    process.env.WEIR_TEST_STRAY = 'of the host';
    const one = await environmentOf(host, '/one');
    delete process.env.WEIR_TEST_STRAY;
    expect(one).toMatchObject({
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'One',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: expect.any(String),
      _HANDLER: 'index.handler',
    });
    expect(one.WEIR_QUEUE).toBe(`${one.AWS_ENDPOINT_URL_SQS}/000000000000/Queue`);
    for (const name of ['OPENAI_API_KEY', 'WEIR_STRAY', 'WEIR_TEST_STRAY', 'WEIR_ONLY_TWO']) {
      expect(one).not.toHaveProperty(name);
    }
    expect((await environmentOf(host, '/two')).WEIR_ONLY_TWO).toBe('2');
  });

  test('takes a declared WEIR_ variable from the operator’s environment when it is set there', async () => {
    const host = await start(declare({ WEIR_UPSTREAM_TIMEOUT_MS: '1', OTHER: 'template' }), {
      environment: { WEIR_UPSTREAM_TIMEOUT_MS: '2', OTHER: 'operator', WEIR_UNDECLARED: 'x' },
    });
    const one = await environmentOf(host, '/one');
    expect(one).toMatchObject({ WEIR_UPSTREAM_TIMEOUT_MS: '2', OTHER: 'template' });
    expect(one).not.toHaveProperty('WEIR_UNDECLARED');
  });

  test('joins base URLs of providers: the template’s, the demo provider’s, the operator’s', async () => {
    const host = await start(
      declare({ WEIR_PROVIDER_BASE_URLS: '{"openai":"http://a","groq":"http://b"}' }),
      {
        environment: { WEIR_PROVIDER_BASE_URLS: '{"openai":"http://c"}' },
      },
    );
    expect(JSON.parse((await environmentOf(host, '/one')).WEIR_PROVIDER_BASE_URLS ?? '')).toEqual({
      openai: 'http://c',
      groq: 'http://b',
      demo: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/),
    });
  });

  test('fetches prices from nowhere, unless the operator names a source', async () => {
    const template = declare({ WEIR_PRICE_SOURCE: 'https://prices.example' });
    expect((await environmentOf(await start(template), '/one')).WEIR_PRICE_SOURCE).toBe('');
    const host = await start(template, { environment: { WEIR_PRICE_SOURCE: 'https://a.example' } });
    expect((await environmentOf(host, '/one')).WEIR_PRICE_SOURCE).toBe('https://a.example');
  });

  test('does not start with base URLs that are no JSON object', async () => {
    const environment = { WEIR_PROVIDER_BASE_URLS: 'http://c' };
    const starting = start(declare({ WEIR_PROVIDER_BASE_URLS: '{}' }), { environment });
    await expect(starting).rejects.toThrow('must be a JSON object of provider slug to base URL');
  });
});

test('the process’s own environment is as before once the host has stopped', async () => {
  const before = { ...process.env };
  const { host } = await start({ resources: {} });
  expect(process.env.AWS_ENDPOINT_URL_SQS).toBeDefined();
  await host.stop();
  expect({ ...process.env }).toEqual(before);
});

test('a second host on the same folder is refused while the first one runs', async () => {
  const first = await start({ resources: {} });
  const second = startLocalHost({ assembly: first.assembly, dataDir: first.dataDir, lockWaitMs: 200 });
  await expect(second).rejects.toThrow(`Another local host uses ${first.dataDir}`);
});

test.each([
  ['0.0.0.0', '127.0.0.1'],
  ['127.0.0.1', '127.0.0.1'],
])('on %s it tells clients the address %s', async (host, address) => {
  const { baseUrl } = await start({ resources: {} }, { host });
  expect(baseUrl).toMatch(new RegExp(`^http://${address}:\\d+$`));
  expect((await send(baseUrl, '/')).status).toBe(403);
});

test('a port that is taken is refused, and the folder is free again', async () => {
  const first = await start({ resources: {} });
  const { port } = new URL(first.baseUrl);
  await expect(start({ resources: {} }, { port: Number(port) })).rejects.toThrow('EADDRINUSE');
});

test('a template that cannot start leaves the folder free for the next one', async () => {
  const first = await start({ resources: {} });
  await first.host.stop();
  const { writeAssembly } = await import('./__fixtures__/assembly.ts');
  const broken = await writeAssembly(`${first.folder}/broken`, {
    resources: { Rule: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'cron(1)' } } },
  });
  await expect(startLocalHost({ assembly: broken, dataDir: first.dataDir })).rejects.toThrow('cron(1)');
  const again = await startLocalHost({ assembly: first.assembly, dataDir: first.dataDir });
  await again.stop();
});
