import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect } from '@jest/globals';
import { epochMs, type RouteDeployment, type RouteKey, type RouteStore, type RouteVersion } from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { anAccountId, aRouteGraph, gatewayId } from './examples.ts';

export interface RouteStoreCases {
  readonly name: string;
  readonly make: () => Promise<RouteStore>;
  readonly skip?: readonly Skip[];
}

const MADE = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const at = (second: number) => new Date(MADE + second * 1000).toISOString();

/** The rules of the {@link RouteStore} port. */
export function runRouteStoreCases({ name, make, skip = [] }: RouteStoreCases): void {
  describe(`${name} as a store of routes`, () => {
    const { rule, end } = rulesOf(skip);
    let store: RouteStore;
    let key: RouteKey;

    const version = (second: number, changes: Partial<RouteVersion> = {}): RouteVersion => ({
      id: randomUUID(),
      elements: aRouteGraph(),
      createdAt: at(second),
      ...changes,
    });
    const deployment = (second: number): RouteDeployment => ({
      id: randomUUID(),
      versionId: randomUUID(),
      createdAt: at(second),
    });
    const another = (): RouteKey => ({ ...key, route: randomUUID() });

    beforeEach(async () => {
      store = await make();
      key = { account: anAccountId(), gateway: gatewayId('g'), route: randomUUID() };
    });

    rule('gives back a version exactly as it was written', async () => {
      const written = version(0);
      await store.putVersion(key, written);
      await store.putVersion(key, written);
      expect(await store.getVersion(key, written.id)).toEqual(written);
      expect(await store.listVersions(key)).toEqual([written]);
    });

    rule('has nothing of a route that nothing was kept of', async () => {
      expect(await store.getVersion(key, randomUUID())).toBeNull();
      expect(await store.listVersions(key)).toEqual([]);
      expect(await store.countVersions(key)).toBe(0);
      expect(await store.listDeployments(key, 10)).toEqual([]);
      await store.deleteVersion(key, randomUUID());
      await store.deleteRoute(key);
    });

    rule('lists versions newest first, of one route of one gateway of one account', async () => {
      const versions = [0, 3, 1, 2].map((second) => version(second));
      const elsewhere = [
        another(),
        { ...key, gateway: gatewayId('h') },
        { ...key, account: anAccountId() },
        // Whose names go on where the first one's end.
        { ...key, gateway: gatewayId('g2') },
        { ...key, route: `${key.route}0` },
      ];
      for (const one of versions) await store.putVersion(key, one);
      for (const place of elsewhere) await store.putVersion(place, version(9));
      const seconds = (await store.listVersions(key)).map(({ createdAt }) => createdAt);
      expect(seconds).toEqual([at(3), at(2), at(1), at(0)]);
      expect(await store.getVersion(another(), versions[0]?.id ?? '')).toBeNull();
    });

    rule('lists more versions than one page of a query holds', async () => {
      const large = version(0).elements.map((element) => ({ ...element, id: 'x'.repeat(40_000) }));
      for (let second = 0; second < 12; second++)
        await store.putVersion(key, version(second, { elements: large }));
      expect(await store.listVersions(key)).toHaveLength(12);
      expect(await store.countVersions(key)).toBe(12);
    });

    rule('forgets a version that is deleted, and no other', async () => {
      const [first, second] = [version(0), version(1)];
      await store.putVersion(key, first);
      await store.putVersion(key, second);
      await store.deleteVersion(key, first.id);
      expect(await store.listVersions(key)).toEqual([second]);
    });

    rule('lists the newest deployments, newest first, each once', async () => {
      const made = [5, 1, 4, 2, 3].map(deployment);
      for (const one of [...made, ...made]) await store.putDeployment(key, one);
      await store.putDeployment(another(), deployment(9));
      const newest = await store.listDeployments(key, 3);
      expect(newest.map(({ createdAt }) => createdAt)).toEqual([at(5), at(4), at(3)]);
      expect(newest[0]).toEqual(made[0]);
      expect(await store.listDeployments(key, 100)).toHaveLength(5);
    });

    rule('deletes all that is kept of a route, and nothing of another', async () => {
      const other = another();
      const kept = version(0);
      await store.putVersion(other, kept);
      for (let second = 0; second < 40; second++) {
        await store.putVersion(key, version(second));
        await store.putDeployment(key, deployment(second));
      }
      await store.deleteRoute(key);
      expect(await store.listVersions(key)).toEqual([]);
      expect(await store.listDeployments(key, 100)).toEqual([]);
      expect(await store.listVersions(other)).toEqual([kept]);
    });

    rule('deletes what a gateway’s routes had until a moment, and nothing that came after it', async () => {
      const later = another();
      const neighbour = { ...key, gateway: gatewayId('g2') };
      for (const place of [key, neighbour]) {
        await store.putVersion(place, version(0));
        await store.putDeployment(place, deployment(1));
      }
      await store.putVersion(later, version(2));
      await store.putDeployment(later, deployment(3));
      await store.deleteGateway(key.account, key.gateway, epochMs(MADE + 1_000));
      expect(await store.listVersions(key)).toEqual([]);
      expect(await store.listDeployments(key, 9)).toEqual([]);
      for (const place of [later, neighbour]) {
        expect(await store.listVersions(place)).toHaveLength(1);
        expect(await store.listDeployments(place, 9)).toHaveLength(1);
      }
    });

    end();
  });
}
