/** Sends requests over kept-alive connections from a process of its own and reports what it saw. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WORD } from './canned-shape.ts';
import type { LoadJob, LoadReport, Timing } from './load-job.ts';

process.on('message', async ({ id, job }: { id: number; job: LoadJob }) => {
  process.send?.({ id, answer: await run(job) });
});

async function run(job: LoadJob): Promise<LoadReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: job.concurrency, maxFreeSockets: job.concurrency });
  const timings: Timing[] = [];
  const failures: string[] = [];
  let left = job.requests;
  const startedAt = performance.now();
  const worker = async () => {
    while (left-- > 0) {
      try {
        timings.push(await send(job, agent));
      } catch (error) {
        failures.push(String(error));
      }
      if (job.pause > 0) await sleep(job.pause);
    }
  };
  await Promise.all(Array.from({ length: job.concurrency }, worker));
  const elapsedMs = performance.now() - startedAt;
  agent.destroy();
  return { timings, elapsedMs, failed: failures.length, firstFailure: failures[0] ?? null };
}

let sent = 0;

function send(job: LoadJob, agent: Agent): Promise<Timing> {
  const body = job.unique
    ? job.body.replace('four-kilobytes', `four-kilobytes-${process.pid}-${sent++}`)
    : job.body;
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const outgoing = request(job.url, {
      method: 'POST',
      agent,
      headers: {
        ...job.headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      let firstByteMs = 0;
      let size = 0;
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (job.expectedWords !== null || answer.statusCode !== 200) text += chunk.toString('utf8');
        // Of words that are counted the first one is the first token; else whatever comes first.
        if (job.expectedWords === null || text.includes(WORD)) firstByteMs ||= performance.now() - startedAt;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        const totalMs = performance.now() - startedAt;
        if (answer.statusCode !== 200)
          return reject(new Error(`status ${answer.statusCode}: ${text.slice(0, 500)}`));
        if (job.expectedWords !== null && text.split(WORD).length - 1 !== job.expectedWords)
          return reject(new Error(`${text.split(WORD).length - 1} words instead of ${job.expectedWords}`));
        if (job.expectedBytes !== null && size !== job.expectedBytes)
          return reject(new Error(`${size} bytes instead of ${job.expectedBytes}`));
        resolve({ firstByteMs, totalMs });
      });
    });
    outgoing.end(body);
  });
}
