import type { Exchange } from '../scenario.ts';

/**
 * Writes `pieces` one after another. Options of every streaming scenario:
 * `pace` ms between two writes (default 1); `split` cuts the whole stream anew every so many bytes, regardless of
 * events and characters (default 0: one piece a write). False when the caller left before the end.
 */
export async function writePieces(
  exchange: Exchange,
  pieces: readonly (string | Uint8Array)[],
): Promise<boolean> {
  const pace = exchange.options.number('pace', 1);
  const split = exchange.options.number('split', 0);
  for (const piece of split > 0 ? cutAnew(pieces, split) : pieces) {
    exchange.response.write(piece);
    if (!(await exchange.pause(pace))) return false;
  }
  return true;
}

export function startEventStream(exchange: Exchange, contentType = 'text/event-stream; charset=utf-8'): void {
  exchange.response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache' });
}

function* cutAnew(pieces: readonly (string | Uint8Array)[], size: number): Generator<Uint8Array> {
  const whole = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
  for (let from = 0; from < whole.length; from += size) yield whole.subarray(from, from + size);
}
