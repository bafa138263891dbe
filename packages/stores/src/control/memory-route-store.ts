import type {
  AccountId,
  EpochMs,
  GatewayId,
  RouteDeployment,
  RouteKey,
  RouteStore,
  RouteVersion,
} from '@weir/core';
import { newestFirst } from './newest-first.ts';

interface Kept {
  readonly versions: Map<string, RouteVersion>;
  readonly deployments: Map<string, RouteDeployment>;
}

export class MemoryRouteStore implements RouteStore {
  readonly #routes = new Map<string, Kept>();

  async putVersion(key: RouteKey, version: RouteVersion): Promise<void> {
    this.#keptOf(key).versions.set(version.id, version);
  }

  async getVersion(key: RouteKey, id: string): Promise<RouteVersion | null> {
    return this.#routes.get(placeOf(key))?.versions.get(id) ?? null;
  }

  async listVersions(key: RouteKey): Promise<readonly RouteVersion[]> {
    return newestFirst([...(this.#routes.get(placeOf(key))?.versions.values() ?? [])]);
  }

  async countVersions(key: RouteKey): Promise<number> {
    return this.#routes.get(placeOf(key))?.versions.size ?? 0;
  }

  async deleteVersion(key: RouteKey, id: string): Promise<void> {
    this.#routes.get(placeOf(key))?.versions.delete(id);
  }

  async putDeployment(key: RouteKey, deployment: RouteDeployment): Promise<void> {
    this.#keptOf(key).deployments.set(deployment.id, deployment);
  }

  async listDeployments(key: RouteKey, most: number): Promise<readonly RouteDeployment[]> {
    return newestFirst([...(this.#routes.get(placeOf(key))?.deployments.values() ?? [])]).slice(0, most);
  }

  async deleteRoute(key: RouteKey): Promise<void> {
    this.#routes.delete(placeOf(key));
  }

  async deleteGateway(account: AccountId, gateway: GatewayId, until: EpochMs): Promise<void> {
    const last = new Date(until).toISOString();
    for (const [place, { versions, deployments }] of this.#routes) {
      if (!place.startsWith(placeOf({ account, gateway, route: '' }))) continue;
      for (const kept of [versions, deployments])
        for (const { id, createdAt } of [...kept.values()]) if (createdAt <= last) kept.delete(id);
    }
  }

  #keptOf(key: RouteKey): Kept {
    const place = placeOf(key);
    const kept = this.#routes.get(place) ?? { versions: new Map(), deployments: new Map() };
    this.#routes.set(place, kept);
    return kept;
  }
}

const placeOf = ({ account, gateway, route }: RouteKey) => `${account}/${gateway}/${route}`;
