import type { Fixture } from './assembly.ts';
import { functionResource, restApi } from './assembly.ts';

/** Makes the first account once, as the deployment does: the secret holds it, the answer goes to the response URL. */
const FIRST_ACCOUNT = `
  import { randomBytes } from 'node:crypto';
  const endpoint = process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER;
  const SecretId = process.env.WEIR_FIRST_TOKEN_SECRET;
  const secrets = async (operation, input) => (await fetch(endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'secretsmanager.' + operation },
    body: JSON.stringify(input),
  })).json();
  export const handler = async (event) => {
    const account = { account_id: randomBytes(16).toString('hex'), api_token: 'token-' + randomBytes(8).toString('hex') };
    await secrets('PutSecretValue', { SecretId, SecretString: JSON.stringify(account) });
    await fetch(event.ResponseURL, {
      method: 'PUT',
      body: JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: account.account_id }),
    });
  };
`;

/** Passes a chat on to the demo provider, with the prefix of the model cut off. */
const UNIFIED = `
  import { Readable } from 'node:stream';
  import { pipeline } from 'node:stream/promises';
  const { demo } = JSON.parse(process.env.WEIR_PROVIDER_BASE_URLS);
  export const handler = awslambda.streamifyResponse(async (event, raw) => {
    const request = JSON.parse(Buffer.from(event.body, 'base64').toString());
    const answer = await fetch(demo + '/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...request, model: request.model.replace('demo/', '') }),
    });
    const headers = { 'content-type': answer.headers.get('content-type') };
    const out = awslambda.HttpResponseStream.from(raw, { statusCode: answer.status, headers });
    out.write('');
    await pipeline(Readable.fromWeb(answer.body), out);
  });
`;

/** Streams ten chunks over `ms`, and writes its record into the table after the last byte. */
const RECORDER = `
  const endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  const TableName = process.env.TABLE;
  const authorization =
    'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const dynamodb = async (operation, input) => {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.' + operation,
        'x-amz-date': '20260101T000000Z',
        authorization,
      },
      body: JSON.stringify({ TableName, ...input }),
    });
    if (!answer.ok) throw new Error(operation + ' failed: ' + (await answer.text()));
    return answer.json();
  };
  export const handler = awslambda.streamifyResponse(async ({ queryStringParameters: { id, ms } }, raw) => {
    const out = awslambda.HttpResponseStream.from(raw, { statusCode: 200 });
    out.write('begin ');
    for (let chunk = 0; chunk < 10; chunk += 1) {
      await pause(ms / 10);
      out.write(chunk + ' ');
    }
    out.end('end');
    await pause(100);
    await dynamodb('PutItem', { Item: { pk: { S: id } } });
  });
  export const crash = awslambda.streamifyResponse(async ({ queryStringParameters: { when } }, raw) => {
    if (when !== 'before') awslambda.HttpResponseStream.from(raw, {}).write('begin');
    if (when === 'after') raw.end();
    if (when === 'rejection') Promise.reject(new Error('escaped'));
    else setTimeout(() => { throw new Error('escaped'); }, 50);
    if (when !== 'after') await new Promise(() => {});
  });
  export const read = async () => {
    const { Items } = await dynamodb('Scan', {});
    return { statusCode: 200, body: JSON.stringify(Items.map(({ pk }) => pk.S)) };
  };
`;

/** A small system of the deployed one's shape: first account, demo provider behind a stream, records after the answer. */
export const DEPLOYED_SHAPE: Fixture = {
  bundles: { account: FIRST_ACCOUNT, unified: UNIFIED, recorder: RECORDER },
  resources: {
    ...restApi([
      { path: '/client/v4/accounts/{account}/ai/{proxy+}', function: 'Unified', streams: true },
      { path: '/record', function: 'Recorder', streams: true },
      { path: '/records', function: 'Reader' },
      { path: '/crash', function: 'Crasher', streams: true },
    ]),
    FirstToken: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: '{}' } },
    PlatformKeys: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: '{}' } },
    Records: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      },
    },
    FirstAccount: functionResource('account', {
      Environment: { Variables: { WEIR_FIRST_TOKEN_SECRET: { Ref: 'FirstToken' } } },
    }),
    Account: {
      Type: 'Custom::FirstAccount',
      Properties: { ServiceToken: { 'Fn::GetAtt': ['FirstAccount', 'Arn'] } },
    },
    Unified: functionResource('unified', {
      Environment: {
        Variables: { WEIR_PROVIDER_BASE_URLS: '{}', WEIR_PLATFORM_SECRET: { Ref: 'PlatformKeys' } },
      },
    }),
    Recorder: functionResource('recorder', { Environment: { Variables: { TABLE: { Ref: 'Records' } } } }),
    Crasher: functionResource('recorder', { Handler: 'index.crash' }),
    Reader: functionResource('recorder', {
      Handler: 'index.read',
      Environment: { Variables: { TABLE: { Ref: 'Records' } } },
    }),
  },
};
