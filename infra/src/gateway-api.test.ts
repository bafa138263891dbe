import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Resource, resource, resourcesOf, synthesise, type Template } from './synthesise-for-test.ts';

let template: Template;

beforeAll(async () => {
  template = await synthesise();
});

interface Integration {
  readonly Type: string;
  readonly ResponseTransferMode?: string;
  readonly TimeoutInMillis: number;
  readonly Uri: unknown;
}

interface ServedRoute {
  readonly route: string;
  readonly integration: Integration;
}

function pathOf(resourceId: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = resourceId as { Ref?: string; 'Fn::GetAtt'?: readonly string[] };
  if (attribute?.[1] === 'RootResourceId') return '';
  const { ParentId, PathPart } = resource(template, String(Ref)).Properties;
  return `${pathOf(ParentId)}/${String(PathPart)}`;
}

function routes(): readonly ServedRoute[] {
  return resourcesOf(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => ({
    route: `${String(Properties.HttpMethod)} ${pathOf(Properties.ResourceId) || '/'}`,
    integration: Properties.Integration as Integration,
  }));
}

const functionOf = ({ integration }: ServedRoute) =>
  /"(Unified|Provider|Management|LogConsumer|FirstAccount)","Arn"/.exec(JSON.stringify(integration.Uri))?.[1];

const INFERENCE_ROUTES = [
  ['ANY /client/v4/accounts/{account}/ai/{proxy+}', 'Unified'],
  ['ANY /v1/{account}/compat/{proxy+}', 'Unified'],
  ['ANY /v1/{account}/{gateway}', 'Provider'],
  ['ANY /v1/{account}/{gateway}/compat/{proxy+}', 'Unified'],
  ['ANY /v1/{account}/{gateway}/{proxy+}', 'Provider'],
];
const MANAGEMENT_ROUTES = [
  ['ANY /client/v4/accounts/{account}/{proxy+}', 'Management'],
  ['ANY /client/v4/{proxy+}', 'Management'],
  ['GET /', 'Management'],
];

describe('the API', () => {
  test('is one Regional REST API: an edge-optimised one cuts silence after 30 seconds', () => {
    const [[id, api] = ['none', undefined], ...others] = resourcesOf(template, 'AWS::ApiGateway::RestApi');
    expect([id, others]).toEqual(['Api', []]);
    expect(api?.Properties.EndpointConfiguration).toEqual({ Types: ['REGIONAL'] });
  });

  test('takes every body as binary', () => {
    expect(resource(template, 'Api').Properties.BinaryMediaTypes).toEqual(['*/*']);
  });

  test('has exactly these routes, each served by its function', () => {
    const served = routes().map((route) => [route.route, functionOf(route)]);
    expect(served.sort()).toEqual([...INFERENCE_ROUTES, ...MANAGEMENT_ROUTES].sort());
  });

  test('streams on exactly the inference routes, for as long as Lambda runs', () => {
    const streaming = routes().filter(({ integration }) => integration.ResponseTransferMode === 'STREAM');
    expect(streaming.map(({ route }) => route).sort()).toEqual(
      INFERENCE_ROUTES.map(([route]) => route).sort(),
    );
    for (const { integration } of streaming) {
      expect(integration).toMatchObject({ Type: 'AWS_PROXY', TimeoutInMillis: 900_000 });
      expect(JSON.stringify(integration.Uri)).toContain('/response-streaming-invocations');
    }
  });

  test('buffers the others, as long as API Gateway waits', () => {
    const buffered = routes().filter(({ integration }) => integration.ResponseTransferMode !== 'STREAM');
    for (const { integration } of buffered) {
      expect(integration).toMatchObject({ Type: 'AWS_PROXY', TimeoutInMillis: 29_000 });
      expect(JSON.stringify(integration.Uri)).toContain('/invocations"');
    }
  });

  test('may invoke the three functions it routes to, and only this API may', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission')
      .map(([, { Properties }]) => Properties)
      .filter(({ Principal }) => Principal === 'apigateway.amazonaws.com');
    expect(permissions.map(({ FunctionName }) => JSON.stringify(FunctionName)).sort()).toEqual([
      '{"Fn::GetAtt":["Management","Arn"]}',
      '{"Fn::GetAtt":["Provider","Arn"]}',
      '{"Fn::GetAtt":["Unified","Arn"]}',
    ]);
    for (const { Action, SourceArn } of permissions) {
      expect(Action).toBe('lambda:InvokeFunction');
      expect(JSON.stringify(SourceArn)).toContain('{"Ref":"Api"}');
    }
  });
});

describe('what API Gateway answers by itself', () => {
  function answer(type: string): Resource['Properties'] {
    const found = resourcesOf(template, 'AWS::ApiGateway::GatewayResponse').find(
      ([, { Properties }]) => Properties.ResponseType === type,
    );
    if (found === undefined) throw new Error(`no answer for ${type}`);
    return found[1].Properties;
  }
  const bodyOf = (type: string) =>
    String((answer(type).ResponseTemplates as Record<string, string>)['application/json']);

  test('an unknown path is 404 in the management API’s words, not "missing authentication token"', () => {
    expect(answer('MISSING_AUTHENTICATION_TOKEN').StatusCode).toBe('404');
    expect(JSON.parse(bodyOf('MISSING_AUTHENTICATION_TOKEN'))).toMatchObject({
      success: false,
      errors: [{ code: 7003 }, { code: 7000 }],
      result: null,
    });
  });

  test('a body that is too large is 413 and says so', () => {
    expect(answer('REQUEST_TOO_LARGE').StatusCode).toBe('413');
    expect(JSON.parse(bodyOf('REQUEST_TOO_LARGE'))).toMatchObject({ internalCode: 2924, httpCode: 413 });
  });

  test('any other fault of the caller carries API Gateway’s own status and sentence, as valid JSON', () => {
    expect(answer('DEFAULT_4XX').StatusCode).toBeUndefined();
    const rendered = bodyOf('DEFAULT_4XX').replaceAll(
      '$context.error.messageString',
      '"Too \\"many\\" requests"',
    );
    expect(JSON.parse(rendered)).toMatchObject({
      errors: [{ message: 'Too "many" requests' }],
      error: { message: 'Too "many" requests' },
      message: 'Too "many" requests',
    });
  });

  test('our own failure says nothing of its cause', () => {
    expect(JSON.parse(bodyOf('DEFAULT_5XX'))).toMatchObject({ success: false, internalCode: 2999 });
  });
});

describe('logs of the API', () => {
  const stage = () => {
    const [found] = resourcesOf(template, 'AWS::ApiGateway::Stage');
    if (found === undefined) throw new Error('the template has no stage');
    return found[1];
  };

  test('errors are logged, but never bodies or headers', () => {
    expect(stage().Properties.MethodSettings).toEqual([
      expect.objectContaining({
        DataTraceEnabled: false,
        LoggingLevel: 'ERROR',
        HttpMethod: '*',
        ResourcePath: '/*',
      }),
    ]);
  });

  test('the access log tells how each answer was transferred, and no path, query or address of a caller', () => {
    const { Format } = stage().Properties.AccessLogSetting as { readonly Format: string };
    expect(JSON.parse(Format)).toMatchObject({ transferMode: '$context.integration.responseTransferMode' });
    expect(Format).not.toMatch(/\$context\.(path|identity|requestOverride|authorizer)/);
  });

  test('a new account can write them: the stage waits for the role', () => {
    const [[account] = ['none']] = resourcesOf(template, 'AWS::ApiGateway::Account');
    expect(stage().DependsOn).toContain(account);
  });

  test('an account with a role of its own keeps it', async () => {
    const without = await synthesise({ apiGatewayLogRole: false });
    expect(resourcesOf(without, 'AWS::ApiGateway::Account')).toEqual([]);
  });
});
