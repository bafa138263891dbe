import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import {
  type AttributeValue,
  DynamoDBClient,
  ListTablesCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';

/** Something that was kept or said, as text, and where. */
export interface Found {
  readonly where: string;
  readonly text: string;
}

/** All that the stores of the running host hold: items of every table, objects of every bucket, messages of every queue. */
export async function everythingKept(): Promise<readonly Found[]> {
  const { AWS_ENDPOINT_URL_S3: s3 = '', AWS_ENDPOINT_URL_SQS: sqs = '' } = process.env;
  return (await Promise.all([items(), objects(s3), messages(sqs)])).flat();
}

async function items(): Promise<readonly Found[]> {
  const client = new DynamoDBClient({});
  const found: Found[] = [];
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const TableName of TableNames)
    for await (const { Items = [] } of paginateScan({ client }, { TableName }))
      for (const item of Items)
        found.push({
          where: `table ${TableName} ${item.pk?.S} ${item.sk?.S}`,
          text: Object.values(item).map(attributeText).join('\n'),
        });
  client.destroy();
  return found;
}

/** Names of members count as well as what they hold. */
function attributeText(value: AttributeValue): string {
  if (value.B !== undefined) return plainText(value.B);
  return JSON.stringify(value, (_, inner) => (inner instanceof Uint8Array ? plainText(inner) : inner));
}

/** As it is, and as it is without compression. */
function plainText(bytes: Uint8Array): string {
  const texts = [Buffer.from(bytes).toString('utf8')];
  for (const decode of [gunzipSync, zstdDecompressSync, inflateSync])
    try {
      texts.push(decode(bytes).toString('utf8'));
    } catch {
      // It is something else.
    }
  return texts.join('\n');
}

async function objects(endpoint: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const bucket of await namesIn('Name', `${endpoint}/`))
    for (const key of await namesIn('Key', `${endpoint}/${bucket}?list-type=2`)) {
      const answer = await fetch(`${endpoint}/${bucket}/${key}`);
      found.push({ where: `object ${key}`, text: plainText(new Uint8Array(await answer.arrayBuffer())) });
    }
  return found;
}

async function namesIn(element: string, url: string): Promise<readonly string[]> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const pattern = new RegExp(`<${element}>([^<]+)</${element}>`, 'g');
  return [...(await answer.text()).matchAll(pattern)].map(([, name = '']) => name);
}

async function messages(endpoint: string): Promise<readonly Found[]> {
  const call = async (operation: string, body: object) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
    };
    const answer = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { QueueUrls?: string[]; Messages?: { Body: string }[] };
  };
  const { QueueUrls = [] } = await call('ListQueues', {});
  const found: Found[] = [];
  for (const QueueUrl of QueueUrls)
    for (;;) {
      const { Messages = [] } = await call('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
      if (Messages.length === 0) break;
      for (const { Body } of Messages) found.push({ where: `message ${QueueUrl}`, text: Body });
    }
  return found;
}
