import { PassThrough, type Writable } from 'node:stream';

/** What one invocation did, in order: `prelude`, `byte`, `end`, `return`, and what the test adds. */
export interface Invocation {
  readonly events: string[];
  readonly stream: Writable;
  /** Status and headers; null while nothing was written. */
  prelude(): Record<string, unknown> | null;
  body(): string;
  /** Resolves when the invocation is over; rejects as the runtime would see it. */
  readonly over: Promise<void>;
}

type StreamingHandler = (event: unknown, stream: Writable, context: object) => Promise<unknown>;

const preludes = new WeakMap<Writable, Record<string, unknown>>();

/** Stands in for the global of Lambda's Node runtime. Install it before a handler's module loads. */
export function installAwslambda(): void {
  Object.assign(globalThis, {
    awslambda: {
      streamifyResponse: (handler: StreamingHandler) => handler,
      HttpResponseStream: {
        from(stream: Writable, prelude: Record<string, unknown>) {
          // Through JSON, as the runtime sends it.
          preludes.set(stream, JSON.parse(JSON.stringify(prelude)));
          return stream;
        },
      },
    },
  });
}

export function invoke(handler: unknown, event: unknown = {}, context: object = aContext()): Invocation {
  const events: string[] = [];
  const chunks: Buffer[] = [];
  let opened = false;
  const stream = new PassThrough();
  const write = stream.write.bind(stream);
  // The prelude goes out in front of the first write, be it empty.
  stream.write = ((chunk: unknown, ...rest: never[]) => {
    if (!opened) events.push('prelude');
    opened = true;
    return write(chunk, ...rest);
  }) as typeof stream.write;
  stream.on('data', (chunk: Buffer) => {
    events.push('byte');
    chunks.push(chunk);
  });
  stream.on('end', () => events.push('end'));
  const over = (handler as StreamingHandler)(event, stream, context).then(() => void events.push('return'));
  return {
    events,
    stream,
    prelude: () => (opened ? (preludes.get(stream) ?? null) : null),
    body: () => Buffer.concat(chunks).toString(),
    over,
  };
}

export const aContext = () => ({ awsRequestId: 'r1', getRemainingTimeInMillis: () => 300_000 });
