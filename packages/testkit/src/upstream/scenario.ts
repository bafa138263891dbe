import type { ServerResponse } from 'node:http';
import type { RequestInProgress } from './received-requests.ts';

/** What a scenario works with: the request as received, the answer to write, and its options. */
export interface Exchange {
  readonly received: RequestInProgress;
  readonly response: ServerResponse;
  readonly options: ScenarioOptions;
  /** Waits, but no longer than the caller stays or the upstream runs. False when either is gone. */
  pause(milliseconds: number): Promise<boolean>;
  /** Never resolves while the caller stays and the upstream runs. */
  untilGone(): Promise<void>;
}

export type Scenario = (exchange: Exchange) => Promise<void> | void;

export type OptionValues = Readonly<Record<string, string | number>>;

/** Options of a scenario, as written after its name: `sse;chunks=300;pace=4`. */
export class ScenarioOptions {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  number(name: string, otherwise: number): number {
    const text = this.#values.get(name);
    const value = text === undefined ? otherwise : Number(text);
    if (!Number.isFinite(value)) throw new Error(`scenario option ${name}=${text} is not a number`);
    return value;
  }

  text(name: string, otherwise: string): string {
    return this.#values.get(name) ?? otherwise;
  }
}

export interface ScenarioCall {
  readonly name: string;
  readonly options: ScenarioOptions;
}

export function parseScenario(text: string): ScenarioCall {
  const [name = '', ...assignments] = text.split(';');
  const values = assignments.map((assignment) => {
    const equals = assignment.indexOf('=');
    return [assignment.slice(0, equals), decodeURIComponent(assignment.slice(equals + 1))] as const;
  });
  return { name, options: new ScenarioOptions(new Map(values)) };
}

/** The inverse of {@link parseScenario}. */
export function formatScenario(name: string, options: OptionValues = {}): string {
  const assignments = Object.entries(options).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return [name, ...assignments].join(';');
}
