/** The source has half a megabyte. Bytes. */
const LARGEST = 8 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** What the source publishes now. @throws when it cannot be had, is too large or is not JSON. */
export async function fetchSource(url: string): Promise<unknown> {
  // Not the hot path, so the runtime's own client will do. A source that moves is a change that somebody should see.
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    throw new Error(`the price source answered ${answer.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > LARGEST) throw new Error(`the price source has more than ${LARGEST} bytes`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw new Error('the price source is not JSON', { cause });
  }
}
