import { randomUUID } from 'node:crypto';
import { isStreaming, type StreamingHandler } from './awslambda.ts';
import { type FunctionIdentity, InvocationContext } from './invocation-context.ts';
import type { ResponseStream } from './response-stream.ts';
import { runAs } from './running-invocation.ts';

type BufferedHandler = (event: unknown, context: object) => unknown;

/** Lambda would have ended the function's process now. The code itself goes on: nothing can stop it inside a process. */
class FunctionTimeout extends Error {
  override readonly name = 'FunctionTimeout';

  constructor({ name, timeoutMs }: FunctionIdentity) {
    super(`${name} timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`);
  }
}

/** The function's code let an error escape, and Lambda would have ended its process with the invocation. */
class FunctionCrash extends Error {
  override readonly name = 'FunctionCrash';

  constructor({ name }: FunctionIdentity, cause: unknown) {
    super(`nobody in ${name} caught this; on AWS it ends the function's process`, { cause });
  }
}

/** One function of the template, loaded from its bundle, ready to be invoked. */
export class LocalFunction {
  readonly identity: FunctionIdentity;
  /** The environment that the bundle was loaded with. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #handler: BufferedHandler | StreamingHandler;

  constructor(
    identity: FunctionIdentity,
    environment: Readonly<Record<string, string>>,
    handler: BufferedHandler | StreamingHandler,
  ) {
    this.identity = identity;
    this.environment = environment;
    this.#handler = handler;
  }

  /** True when the handler was made with `awslambda.streamifyResponse`. */
  get streams(): boolean {
    return isStreaming(this.#handler);
  }

  /** @throws whatever the handler throws, {@link FunctionTimeout} or {@link FunctionCrash}. */
  invoke(event: unknown, requestId: string = randomUUID()): Promise<unknown> {
    const handler = this.#handler as BufferedHandler;
    return this.#run(requestId, (context) => handler(event, context));
  }

  /**
   * Resolves when the handler has settled, which may be long after it ended `stream`.
   * @throws whatever the handler throws, {@link FunctionTimeout} or {@link FunctionCrash}.
   */
  invokeStreaming(event: unknown, stream: ResponseStream, requestId: string): Promise<unknown> {
    const handler = this.#handler as StreamingHandler;
    return this.#run(requestId, (context) => handler(event, stream, context));
  }

  #run(requestId: string, call: (context: InvocationContext) => unknown): Promise<unknown> {
    const { identity } = this;
    return new Promise<unknown>((resolve, reject) => {
      let open = true;
      const settle = (answer: () => void) => {
        const first = open;
        open = false;
        if (first) {
          clearTimeout(timer);
          answer();
        }
        return first;
      };
      const timer = setTimeout(() => settle(() => reject(new FunctionTimeout(identity))), identity.timeoutMs);
      const invocation = {
        functionName: identity.name,
        crash: (error: unknown) => settle(() => reject(new FunctionCrash(identity, error))),
      };
      runAs(invocation, async () => call(new InvocationContext(identity, requestId))).then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error)),
      );
    });
  }
}
