import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type {
  AccountId,
  EpochMs,
  GatewayId,
  RouteDeployment,
  RouteKey,
  RouteStore,
  RouteVersion,
} from '@weir/core';
import { ask } from '../aws/ask.ts';
import { inParallel } from '../logs/in-parallel.ts';
import {
  gatewayKey,
  ROUTE_PREFIX,
  routeDeploymentPrefix,
  routePrefix,
  routeVersionPrefix,
} from '../table/keys.ts';
import { readItems } from '../table/read-items.ts';
import {
  fromDeploymentItem,
  fromVersionItem,
  routeVersionKey,
  toDeploymentItem,
  toVersionItem,
} from '../table/route-item.ts';
import type { ControlStoreOptions } from './control-store-options.ts';
import { newestFirst } from './newest-first.ts';

type Item = Record<string, AttributeValue>;

const DELETED_AT_ONCE = 16;

interface Range {
  readonly account: AccountId;
  readonly gateway: GatewayId;
  /** Of the sort key. */
  readonly prefix: string;
  /** Absent: all. */
  readonly newest?: number;
  /** Absent: all that the items have. */
  readonly attributes?: string;
}

/** Items beside the gateway's own; the data plane never reads them. */
export class DynamoDBRouteStore implements RouteStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor({ client, table }: Omit<ControlStoreOptions, 'clock'>) {
    this.#client = client;
    this.#table = table;
  }

  putVersion(key: RouteKey, version: RouteVersion): Promise<void> {
    return this.#put(toVersionItem(key, version));
  }

  async getVersion(key: RouteKey, id: string): Promise<RouteVersion | null> {
    const [item] = await readItems(this.#client, this.#table, [routeVersionKey(key, id)]);
    return item ? fromVersionItem(item) : null;
  }

  async listVersions({ account, gateway, route }: RouteKey): Promise<readonly RouteVersion[]> {
    const items = await this.#query({ account, gateway, prefix: routeVersionPrefix(route) });
    return newestFirst(items.map(fromVersionItem));
  }

  async countVersions({ account, gateway, route }: RouteKey): Promise<number> {
    const prefix = routeVersionPrefix(route);
    return (await this.#query({ account, gateway, prefix, attributes: 'sk' })).length;
  }

  async deleteVersion(key: RouteKey, id: string): Promise<void> {
    const { pk, sk } = routeVersionKey(key, id);
    await this.#delete({ pk: { S: pk }, sk: { S: sk } });
  }

  putDeployment(key: RouteKey, deployment: RouteDeployment): Promise<void> {
    return this.#put(toDeploymentItem(key, deployment));
  }

  async listDeployments(
    { account, gateway, route }: RouteKey,
    most: number,
  ): Promise<readonly RouteDeployment[]> {
    const prefix = routeDeploymentPrefix(route);
    return (await this.#query({ account, gateway, prefix, newest: most })).map(fromDeploymentItem);
  }

  async deleteRoute({ account, gateway, route }: RouteKey): Promise<void> {
    const prefix = routePrefix(route);
    await this.#deleteAll(await this.#query({ account, gateway, prefix, attributes: 'pk, sk' }));
  }

  async deleteGateway(account: AccountId, gateway: GatewayId, until: EpochMs): Promise<void> {
    const last = new Date(until).toISOString();
    const attributes = 'pk, sk, created_at';
    const items = await this.#query({ account, gateway, prefix: ROUTE_PREFIX, attributes });
    await this.#deleteAll(items.filter(({ created_at }) => (created_at?.S ?? '') <= last));
  }

  async #put(item: Item): Promise<void> {
    const command = new PutItemCommand({ TableName: this.#table, Item: item });
    await ask('write a route', () => this.#client.send(command));
  }

  async #delete({ pk, sk }: Item): Promise<void> {
    if (!pk || !sk) return;
    const command = new DeleteItemCommand({ TableName: this.#table, Key: { pk, sk } });
    await ask('delete a part of a route', () => this.#client.send(command));
  }

  async #deleteAll(items: readonly Item[]): Promise<void> {
    await inParallel(items, DELETED_AT_ONCE, (item) => this.#delete(item));
  }

  /** By sort key; the newest come last first, where only they are asked for. */
  async #query({ account, gateway, prefix, newest, attributes }: Range): Promise<Item[]> {
    const items: Item[] = [];
    let from: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: {
          ':pk': { S: gatewayKey(account, gateway).pk },
          ':prefix': { S: prefix },
        },
        ConsistentRead: true,
        ...(attributes === undefined ? {} : { ProjectionExpression: attributes }),
        ...(newest === undefined ? {} : { ScanIndexForward: false, Limit: newest - items.length }),
        ...(from ? { ExclusiveStartKey: from } : {}),
      });
      const page = await ask('list what is kept of a route', () => this.#client.send(command));
      items.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from && items.length < (newest ?? Number.POSITIVE_INFINITY));
    return items;
  }
}
