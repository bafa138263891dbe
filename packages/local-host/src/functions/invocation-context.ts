/** What identifies a function to its handler. */
export interface FunctionIdentity {
  readonly name: string;
  readonly arn: string;
  /** `MemorySize` of the template; nothing here enforces it. */
  readonly memoryMb: number;
  readonly timeoutMs: number;
}

/** Lambda's context object, as far as the Node 24 runtime fills it for a request from API Gateway or a queue. */
export class InvocationContext {
  readonly functionVersion = '$LATEST';
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName = 'local';
  readonly awsRequestId: string;
  readonly #deadline: number;

  constructor(identity: FunctionIdentity, requestId: string) {
    this.functionName = identity.name;
    this.invokedFunctionArn = identity.arn;
    this.memoryLimitInMB = String(identity.memoryMb);
    this.logGroupName = `/aws/lambda/${identity.name}`;
    this.awsRequestId = requestId;
    this.#deadline = Date.now() + identity.timeoutMs;
  }

  /** Milliseconds until Lambda would end the function. Bound, because handlers pass it on without its object. */
  readonly getRemainingTimeInMillis = (): number => Math.max(0, this.#deadline - Date.now());
}
