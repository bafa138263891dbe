import type { Assembly } from './assembly/read-assembly.ts';
import type { EngineEndpoints } from './engines/messages.ts';
import type { LocalFunction } from './functions/local-function.ts';
import type { RestApiBuilder } from './http/rest-api-builder.ts';
import type { Log } from './log.ts';

/** What plugins stand on, and where they find each other's resources. */
export interface Machine {
  readonly assembly: Assembly;
  readonly endpoints: EngineEndpoints;
  /** Folder of all local state. */
  readonly dataFolder: string;
  /** The environment that the host was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly functions: Map<string, LocalFunction>;
  /** `Fn::GetAtt` values of custom resources, by logical id: known once their function answered. */
  readonly customResources: Map<string, Readonly<Record<string, unknown>>>;
  readonly restApi: RestApiBuilder;
  readonly log: Log;
  /** How often expired items and objects are removed. */
  readonly sweepEveryMs: number;
  /** How long a minute of a schedule takes. */
  readonly scheduleMinuteMs: number;
  /** Resolves a property of the template. @param where construct path and attribute, for the message. */
  resolve(value: unknown, where: string): unknown;
  /** Work that must end before the engines do; called in reverse order of registration. */
  onStop(stop: () => Promise<void> | void): void;
}
