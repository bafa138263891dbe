import type { WeirHost } from '../processes/weir-host-shape.ts';
import { EXAMPLE_RECORD } from './example-record.ts';

/** One first event for each function, and what its answer must contain to count. */
export interface FirstEvent {
  readonly event: unknown;
  readonly expected: RegExp;
}

const CHAT_BODY = {
  messages: [{ role: 'user', content: 'What does a weir do to a river?' }],
};

/** What a rule with a rate sends. */
const SCHEDULED = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time: '2026-01-01T00:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:events:eu-west-1:000000000000:rule/bench'],
  detail: {},
};

export function firstEvents(host: WeirHost, receiverUrl: string): Readonly<Record<string, FirstEvent>> {
  const { accountId: id, apiToken: token } = host;
  const inference = { 'cf-aig-authorization': `Bearer ${token}`, authorization: 'Bearer sk-bench' };
  return {
    unified: {
      event: proxyEvent({
        method: 'POST',
        resource: '/v1/{account}/{gateway}/compat/{proxy+}',
        path: `/v1/${id}/default/compat/chat/completions`,
        parameters: { account: id, gateway: 'default', proxy: 'chat/completions' },
        headers: inference,
        body: { model: 'openai/gpt-4o-mini', ...CHAT_BODY },
      }),
      expected: /"statusCode":200.*chat\.completion/s,
    },
    provider: {
      event: proxyEvent({
        method: 'POST',
        resource: '/v1/{account}/{gateway}/{proxy+}',
        path: `/v1/${id}/default/openai/chat/completions`,
        parameters: { account: id, gateway: 'default', proxy: 'openai/chat/completions' },
        headers: inference,
        body: { model: 'gpt-4o-mini', ...CHAT_BODY },
      }),
      expected: /"statusCode":200.*chat\.completion/s,
    },
    management: {
      event: proxyEvent({
        method: 'GET',
        resource: '/client/v4/accounts/{account}/{proxy+}',
        path: `/client/v4/accounts/${id}/ai-gateway/gateways`,
        parameters: { account: id, proxy: 'ai-gateway/gateways' },
        headers: { authorization: `Bearer ${token}` },
        body: null,
      }),
      expected: /"statusCode":200.*\\"success\\":true/s,
    },
    'log-consumer': { event: queueEvent(), expected: /"batchItemFailures":\[\]/ },
    sweeper: { event: SCHEDULED, expected: /./s },
    prices: { event: SCHEDULED, expected: /./s },
    'first-account': {
      event: {
        RequestType: 'Update',
        ServiceToken: 'arn:aws:lambda:eu-west-1:000000000000:function:first-account',
        ResponseURL: receiverUrl,
        StackId: 'arn:aws:cloudformation:eu-west-1:000000000000:stack/weir/bench',
        RequestId: 'bench',
        LogicalResourceId: 'FirstAccount',
        PhysicalResourceId: id,
        ResourceType: 'Custom::WeirFirstAccount',
        ResourceProperties: {},
        OldResourceProperties: {},
      },
      expected: /./s,
    },
  };
}

interface ProxyRequest {
  readonly method: string;
  readonly resource: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object | null;
}

/** The REST API's proxy event, format 1.0. */
function proxyEvent(request: ProxyRequest): object {
  const headers = { ...request.headers, 'content-type': 'application/json', host: 'bench.example' };
  return {
    resource: request.resource,
    path: request.path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: request.parameters,
    stageVariables: null,
    requestContext: {
      accountId: '000000000000',
      apiId: 'bench',
      domainName: 'bench.execute-api.eu-west-1.amazonaws.com',
      domainPrefix: 'bench',
      httpMethod: request.method,
      identity: { sourceIp: '203.0.113.7', userAgent: 'bench' },
      path: request.path,
      protocol: 'HTTP/1.1',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      requestTime: '01/Jan/2026:00:00:00 +0000',
      requestTimeEpoch: Date.now(),
      resourcePath: request.resource,
      stage: 'v1',
    },
    body: request.body === null ? null : Buffer.from(JSON.stringify(request.body)).toString('base64'),
    isBase64Encoded: request.body !== null,
  };
}

function queueEvent(): object {
  return {
    Records: [
      {
        messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
        receiptHandle: 'bench',
        body: JSON.stringify({ v: 1, record: EXAMPLE_RECORD }),
        attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:records',
        awsRegion: 'eu-west-1',
      },
    ],
  };
}
