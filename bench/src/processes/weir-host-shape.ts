import type { DeployedFunction } from '../cold-start/measure-cold-starts.ts';

/** What the rest of the benchmark needs to know of the running local host. */
export interface WeirHost {
  readonly baseUrl: string;
  readonly accountId: string;
  readonly apiToken: string;
  readonly functions: readonly DeployedFunction[];
  readonly queueUrl: string;
}
