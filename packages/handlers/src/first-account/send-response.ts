import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSES_MS = [200, 1_000, null];
const TIMEOUT_MS = 5_000;

/**
 * Puts the response where CloudFormation waits for it: a presigned URL, signed for an empty content type. Plain HTTP
 * is for the local host. @throws when it could not be delivered.
 */
export async function sendResponse(url: string, body: string): Promise<void> {
  let failure: unknown;
  for (const pause of PAUSES_MS) {
    try {
      return await put(new URL(url), body);
    } catch (error) {
      failure = error;
      if (pause !== null) await sleep(pause);
    }
  }
  throw new Error('CloudFormation did not take the response', { cause: failure });
}

function put(url: URL, body: string): Promise<void> {
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'PUT', headers, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) resolve();
      else reject(new Error(`the response was answered with ${status}`));
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', reject);
    call.end(body);
  });
}
