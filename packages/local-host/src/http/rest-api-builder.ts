import { Unsupported } from '../assembly/unsupported.ts';
import type { LocalFunction } from '../functions/local-function.ts';
import { type GatewayResponseDefinition, GatewayResponses } from './gateway-responses.ts';
import { RouteTable } from './route-table.ts';

export interface MethodDefinition {
  readonly resourceId: string;
  readonly httpMethod: string;
  readonly target: LocalFunction;
  readonly streaming: boolean;
  readonly timeoutMs: number;
}

/** The API as the server needs it. */
export interface RestApi {
  readonly id: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  readonly binaryMediaTypes: readonly string[];
  readonly routes: RouteTable;
  readonly responses: GatewayResponses;
}

/** Gathers the parts of the REST API, which the template declares one by one and in any order. */
export class RestApiBuilder {
  #id: string | null = null;
  #binaryMediaTypes: readonly string[] = [];
  #stage = 'prod';
  #stageVariables: Readonly<Record<string, string>> | null = null;
  readonly #resources = new Map<string, { readonly parent: string; readonly part: string }>();
  readonly #methods: MethodDefinition[] = [];
  readonly #responses: GatewayResponseDefinition[] = [];

  /** @returns false when there is an API already. */
  declare(id: string, binaryMediaTypes: readonly string[]): boolean {
    if (this.#id !== null) return false;
    this.#id = id;
    this.#binaryMediaTypes = binaryMediaTypes;
    return true;
  }

  setStage(name: string, variables: Readonly<Record<string, string>> | null): void {
    this.#stage = name;
    this.#stageVariables = variables;
  }

  addResource(id: string, parent: string, part: string): void {
    this.#resources.set(id, { parent, part });
  }

  addMethod(method: MethodDefinition): void {
    this.#methods.push(method);
  }

  addGatewayResponse(response: GatewayResponseDefinition): void {
    this.#responses.push(response);
  }

  build(): RestApi {
    const routes = new RouteTable();
    for (const { resourceId, httpMethod, ...rest } of this.#methods) {
      const segments = this.#segments(resourceId);
      routes.add(segments, httpMethod, { ...rest, resourceId, resource: `/${segments.join('/')}` });
    }
    return {
      id: this.#id ?? 'none',
      stage: this.#stage,
      stageVariables: this.#stageVariables,
      binaryMediaTypes: this.#binaryMediaTypes,
      routes,
      responses: new GatewayResponses(this.#responses),
    };
  }

  #segments(resourceId: string): string[] {
    if (resourceId === `${this.#id}.root`) return [];
    const resource = this.#resources.get(resourceId);
    if (!resource) throw new Unsupported(resourceId, 'a method on a resource that the API does not hold');
    return [...this.#segments(resource.parent), resource.part];
  }
}
