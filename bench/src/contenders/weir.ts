import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Child, untilReady } from '../processes/child.ts';
import { newDataFolder } from '../processes/data-folder.ts';
import type { WeirHost } from '../processes/weir-host-shape.ts';
import { type Contender, PROVIDER_KEY } from './contender.ts';

const HOST = fileURLToPath(new URL('../processes/weir-host.ts', import.meta.url));

export interface WeirContender extends Contender {
  readonly process: Child;
  readonly host: WeirHost;
  /** Records that wait in the queue. */
  countRecords(): Promise<number>;
}

/** Weir with an empty store of its own; the gateway is `default`, so authentication and logging are on. */
export async function startWeir(upstreamUrl: string): Promise<WeirContender> {
  const dataFolder = newDataFolder();
  const child = new Child({
    arguments: [HOST],
    env: {
      WEIR_DATA: dataFolder,
      WEIR_PROVIDER_BASE_URLS: JSON.stringify({
        openai: `${upstreamUrl}/v1`,
        anthropic: upstreamUrl,
        // Nobody listens there.
        groq: 'http://127.0.0.1:9/v1',
      }),
    },
    probed: true,
  });
  const host = (await child.announced()) as WeirHost;
  const contender: WeirContender = {
    name: 'weir',
    url: `${host.baseUrl}/v1/${host.accountId}/default/openai/chat/completions`,
    headers: { 'cf-aig-authorization': `Bearer ${host.apiToken}`, authorization: PROVIDER_KEY },
    model: 'gpt-4o-mini',
    translated: {
      url: `${host.baseUrl}/v1/${host.accountId}/default/compat/chat/completions`,
      headers: { 'cf-aig-authorization': `Bearer ${host.apiToken}`, authorization: PROVIDER_KEY },
      model: 'anthropic/claude-sonnet-4-5',
    },
    process: child,
    host,
    countRecords: () => countMessages(host.queueUrl),
    async stop() {
      await child.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
  await untilReady(child, () => createDefaultGateway(contender));
  return contender;
}

/** The first request makes the account's `default` gateway. */
async function createDefaultGateway({ url, headers }: Contender): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers, body: '{"model":"gpt-4o-mini","messages":[]}' });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the gateway answered ${answer.status}: ${text}`);
}

async function countMessages(queueUrl: string): Promise<number> {
  const answer = await fetch(new URL(queueUrl).origin, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.GetQueueAttributes',
      // The embedded queue checks no signature, but takes the region from it.
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  });
  const { Attributes } = (await answer.json()) as { Attributes?: Record<string, string> };
  return Number(Attributes?.ApproximateNumberOfMessages);
}
