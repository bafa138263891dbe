import * as z from 'zod';
import { Unsupported } from '../assembly/unsupported.ts';
import { functionAt } from './lambda-function.ts';
import { definePlugin } from './plugin.ts';

/** The API itself. One, because one port is one API. */
export const restApi = definePlugin({
  types: ['AWS::ApiGateway::RestApi'],
  properties: z.strictObject({
    Name: z.string().optional(),
    BinaryMediaTypes: z.array(z.string()).default([]),
  }),
  ignores: {
    ApiKeySourceType: 'API keys are refused where a method asks for one',
    Description: 'nothing reads it',
    DisableExecuteApiEndpoint: 'there is one address',
    EndpointConfiguration: 'there is one address',
    Policy: 'IAM is not evaluated',
    Tags: 'nothing reads them',
  },
  ref: (resource) => resource.logicalId,
  attribute: (resource, name) =>
    name === 'RootResourceId'
      ? `${resource.logicalId}.root`
      : name === 'RestApiId'
        ? resource.logicalId
        : undefined,
  async start(apis, machine) {
    for (const { logicalId, path, properties } of apis) {
      if (!machine.restApi.declare(logicalId, properties.BinaryMediaTypes)) {
        throw new Unsupported(path, 'a second REST API');
      }
    }
  },
});

export const restApiStage = definePlugin({
  types: ['AWS::ApiGateway::Stage'],
  properties: z.strictObject({
    StageName: z.string(),
    Variables: z.record(z.string(), z.string()).optional(),
  }),
  ignores: {
    AccessLogSetting: 'there is no access log',
    DeploymentId: 'the template is what is deployed',
    Description: 'nothing reads it',
    MethodSettings: 'logging, metrics and throttling are not simulated',
    RestApiId: 'there is one API',
    Tags: 'nothing reads them',
    TracingEnabled: 'there is no X-Ray',
  },
  ref: (resource) => resource.name('StageName') ?? resource.logicalId,
  attribute: () => undefined,
  async start(stages, machine) {
    for (const { properties } of stages) {
      machine.restApi.setStage(properties.StageName, properties.Variables ?? null);
    }
  },
});

export const restApiResource = definePlugin({
  types: ['AWS::ApiGateway::Resource'],
  properties: z.strictObject({ ParentId: z.string(), PathPart: z.string(), RestApiId: z.string() }),
  ignores: {},
  ref: (resource) => resource.logicalId,
  attribute: (resource, name) => (name === 'ResourceId' ? resource.logicalId : undefined),
  async start(resources, machine) {
    for (const { logicalId, properties } of resources) {
      machine.restApi.addResource(logicalId, properties.ParentId, properties.PathPart);
    }
  },
});

const FUNCTION_IN_URI =
  /^arn:aws:apigateway:[^:]+:lambda:path\/[^/]+\/functions\/(?<arn>[^/]+)\/(?:response-streaming-)?invocations$/;

export const restApiMethod = definePlugin({
  types: ['AWS::ApiGateway::Method'],
  properties: z.strictObject({
    HttpMethod: z.string(),
    ResourceId: z.string(),
    RestApiId: z.string(),
    AuthorizationType: z.literal('NONE', 'only methods without an authorizer run here').default('NONE'),
    ApiKeyRequired: z.literal(false).default(false),
    Integration: z.strictObject({
      Type: z.literal('AWS_PROXY', 'only Lambda proxy integrations run here'),
      IntegrationHttpMethod: z.literal('POST'),
      Uri: z.string(),
      ResponseTransferMode: z.enum(['BUFFERED', 'STREAM']).default('BUFFERED'),
      TimeoutInMillis: z.number().default(29_000),
    }),
  }),
  ignores: {
    MethodResponses: 'a proxy integration answers for itself',
    OperationName: 'nothing reads it',
  },
  ref: (resource) => resource.logicalId,
  attribute: () => undefined,
  async start(methods, machine) {
    for (const { path, properties } of methods) {
      const { Integration, HttpMethod, ResourceId } = properties;
      const where = `${path} › Integration.Uri`;
      const arn = FUNCTION_IN_URI.exec(Integration.Uri)?.groups?.arn;
      if (!arn) throw new Unsupported(where, Integration.Uri);
      const target = functionAt(machine, arn, where);
      const streaming = Integration.ResponseTransferMode === 'STREAM';
      if (streaming !== target.streams) {
        throw new Unsupported(
          `${path} › Integration.ResponseTransferMode`,
          `the method ${streaming ? 'streams' : 'is buffered'} and the handler of ${target.identity.name} ` +
            `${target.streams ? 'streams' : 'does not stream'}; on AWS every call would fail`,
        );
      }
      machine.restApi.addMethod({
        resourceId: ResourceId,
        httpMethod: HttpMethod,
        target,
        streaming,
        timeoutMs: Integration.TimeoutInMillis,
      });
    }
  },
});

export const restApiGatewayResponse = definePlugin({
  types: ['AWS::ApiGateway::GatewayResponse'],
  properties: z.strictObject({
    ResponseType: z.string(),
    RestApiId: z.string(),
    StatusCode: z.coerce.number().optional(),
    ResponseParameters: z.record(z.string(), z.string()).default({}),
    ResponseTemplates: z.record(z.string(), z.string()).default({}),
  }),
  ignores: {},
  ref: (resource) => resource.logicalId,
  attribute: (resource, name) => (name === 'Id' ? resource.logicalId : undefined),
  async start(responses, machine) {
    for (const { path, properties } of responses) {
      machine.restApi.addGatewayResponse({
        type: properties.ResponseType,
        status: properties.StatusCode ?? null,
        parameters: properties.ResponseParameters,
        template: properties.ResponseTemplates['application/json'] ?? null,
        where: path,
      });
    }
  },
});
