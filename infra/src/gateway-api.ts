import { Aws, Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ApiGatewayLogRole } from './api-gateway-log-role.ts';
import type { DataKey } from './data-key.ts';
import { INFERENCE_TIMEOUT } from './functions/inference-function.ts';
import { MANAGEMENT_TIMEOUT } from './functions/management-function.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { ROUTES, type Route } from './routes.ts';
import { fixLogicalId } from './stable-ids.ts';

interface GatewayApiProps {
  readonly dataKey: DataKey;
  readonly ownsLogRole: boolean;
  readonly functions: Readonly<Record<Route['serves'], lambda.IFunction>>;
}

const STAGE = 'prod';

/** The one door: a Regional REST API, because only REST streams answers and only Regional waits minutes for a byte. */
export class GatewayApi extends Construct {
  readonly api: apigateway.RestApi;
  /** Without a slash at its end: what a client's base URL begins with. */
  readonly baseUrl: string;

  constructor(scope: Construct, id: string, { dataKey, ownsLogRole, functions }: GatewayApiProps) {
    super(scope, id);
    this.api = new apigateway.RestApi(this, 'Api', {
      restApiName: Aws.STACK_NAME,
      description: 'Weir: an AI gateway',
      endpointConfiguration: { types: [apigateway.EndpointType.REGIONAL] },
      // Every body reaches the functions as base64 and so byte for byte.
      binaryMediaTypes: ['*/*'],
      cloudWatchRole: false,
      deployOptions: {
        stageName: STAGE,
        loggingLevel: apigateway.MethodLoggingLevel.ERROR,
        // Never: it would write request bodies and keys into the log.
        dataTraceEnabled: false,
        accessLogDestination: new apigateway.LogGroupLogDestination(this.#logGroup('AccessLog', dataKey)),
        accessLogFormat: ACCESS_LOG_FORMAT,
      },
    });
    fixLogicalId(this.api, 'Api');
    // CDK's own output ends in a slash, which a base URL must not.
    this.api.node.tryRemoveChild('Endpoint');

    const integrations = {
      unified: streaming(functions.unified),
      provider: streaming(functions.provider),
      management: buffered(functions.management),
    };
    for (const { path, method, serves } of ROUTES) {
      this.api.root.resourceForPath(path).addMethod(method, integrations[serves]);
    }
    addGatewayResponses(this.api);
    this.#keepExecutionLog(dataKey);
    if (ownsLogRole) this.api.deploymentStage.node.addDependency(new ApiGatewayLogRole(this, 'LogRole'));
    this.baseUrl = Fn.join('', [
      'https://',
      this.api.restApiId,
      '.execute-api.',
      Aws.REGION,
      '.',
      Aws.URL_SUFFIX,
      '/',
      STAGE,
    ]);
    this.#explainFindings();
  }

  #logGroup(id: string, dataKey: DataKey, logGroupName?: string): logs.LogGroup {
    return new logs.LogGroup(this, id, {
      ...(logGroupName ? { logGroupName } : {}),
      retention: logs.RetentionDays.ONE_MONTH,
      encryptionKey: dataKey.key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** API Gateway would make this group itself at its first line, unencrypted and kept for ever. */
  #keepExecutionLog(dataKey: DataKey): void {
    const name = `API-Gateway-Execution-Logs_${this.api.restApiId}/${STAGE}`;
    this.api.deploymentStage.node.addDependency(this.#logGroup('ExecutionLog', dataKey, name));
  }

  #explainFindings(): void {
    Validations.of(this.api).acknowledge(
      {
        id: 'AwsSolutions-APIG2',
        reason:
          'Bodies belong to the providers and pass through untouched; what the gateway reads, it validates itself.',
      },
      {
        id: 'AwsSolutions-APIG3',
        reason:
          'A web ACL costs money at rest and its rules are the operator’s choice; it can be associated with the stage.',
      },
      {
        id: 'AwsSolutions-APIG4',
        reason:
          'The functions check the gateway’s own tokens, whose place and error shape the wire contract fixes.',
      },
      {
        id: 'AwsSolutions-COG4',
        reason: 'Callers are programs with API tokens; there are no users whom Cognito could sign in.',
      },
    );
  }
}

/** One permission per function, for this API alone: its methods are all the API has. */
const PERMISSION = { scopePermissionToMethod: false } as const;

const streaming = (handler: lambda.IFunction): apigateway.LambdaIntegration =>
  new apigateway.LambdaIntegration(handler, {
    ...PERMISSION,
    responseTransferMode: apigateway.ResponseTransferMode.STREAM,
    timeout: INFERENCE_TIMEOUT,
  });

const buffered = (handler: lambda.IFunction): apigateway.LambdaIntegration =>
  new apigateway.LambdaIntegration(handler, { ...PERMISSION, timeout: MANAGEMENT_TIMEOUT });

/** Says how each request went and how fast, never what was in it: the route's pattern stands for the path. */
const ACCESS_LOG_FORMAT = apigateway.AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTimeEpoch',
    method: '$context.httpMethod',
    route: '$context.resourcePath',
    status: '$context.status',
    bytes: '$context.responseLength',
    latencyMs: '$context.responseLatency',
    integrationStatus: '$context.integration.status',
    integrationError: '$context.integration.error',
    transferMode: '$context.integration.responseTransferMode',
    msToHeaders: '$context.integration.timeToAllHeaders',
    msToContent: '$context.integration.timeToFirstContent',
  }),
);
