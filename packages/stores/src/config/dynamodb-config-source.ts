import {
  type AccountId,
  type Clock,
  type ConfigQuery,
  type ConfigSource,
  DEFAULT_GATEWAY,
  DEFAULT_SETTINGS,
  type GatewaySnapshot,
  type LoadedConfig,
  StoreUnavailable,
} from '@weir/core';
import { ask, isConditionRefused } from '../aws/ask.ts';
import type { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { snapshotIn } from '../table/account-item.ts';
import { fromGatewayItem, toGatewayItem } from '../table/gateway-item.ts';
import { accountKey, gatewayKey, type ItemKey, tokenKey } from '../table/keys.ts';
import { newGateway } from '../table/new-gateway.ts';
import { readByKey } from '../table/read-by-key.ts';
import { verdictOf } from '../table/token-item.ts';

/** Creation and deletion of `default` may race; more often than this in a row, something is wrong. */
const CREATE_ATTEMPTS = 3;

export interface DynamoDBConfigOptions {
  readonly client: DynamoDBCall;
  readonly table: string;
  readonly clock: Clock;
}

/** Reads the store at every call: one strongly consistent BatchGetItem. Remembers nothing. */
export class DynamoDBConfigSource implements ConfigSource {
  readonly #client: DynamoDBCall;
  readonly #table: string;
  readonly #clock: Clock;

  constructor({ client, table, clock }: DynamoDBConfigOptions) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
  }

  async load({ gateway, token }: ConfigQuery): Promise<LoadedConfig> {
    const keys: ItemKey[] = [];
    if (gateway) keys.push(gatewayKey(gateway.account, gateway.id), accountKey(gateway.account));
    if (token !== null) keys.push(tokenKey(token));
    const loaded: { -readonly [Part in keyof LoadedConfig]: LoadedConfig[Part] } = {
      gateway: null,
      token: null,
      account: null,
      stale: null,
    };
    const read = this.#client.batchGetItem.bind(this.#client);
    for (const item of await readByKey(read, this.#table, keys)) {
      if (item.sk?.S === 'TOKEN') loaded.token = verdictOf(item);
      else if (item.sk?.S === 'ACCOUNT') loaded.account = snapshotIn(item);
      else loaded.gateway = fromGatewayItem(item);
    }
    return loaded;
  }

  async createDefaultGateway(account: AccountId): Promise<GatewaySnapshot> {
    for (let attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
      const gateway = newGateway(this.#clock, account, DEFAULT_GATEWAY, DEFAULT_SETTINGS);
      if (await this.#putIfAbsent(gateway)) return gateway;
      const winner = await this.load({ gateway: { account, id: DEFAULT_GATEWAY }, token: null });
      if (winner.gateway) return winner.gateway;
    }
    throw new StoreUnavailable('cannot create the default gateway: it keeps appearing and disappearing');
  }

  async #putIfAbsent(gateway: GatewaySnapshot): Promise<boolean> {
    const input = {
      TableName: this.#table,
      Item: toGatewayItem(gateway),
      ConditionExpression: 'attribute_not_exists(pk)',
    };
    try {
      await ask('create the default gateway', () => this.#client.putItem(input));
      return true;
    } catch (error) {
      if (isConditionRefused(error)) return false;
      throw error;
    }
  }
}
