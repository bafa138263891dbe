import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type {
  AccountId,
  Clock,
  GatewayChange,
  GatewayId,
  GatewaySettings,
  GatewaySnapshot,
  GatewayStore,
} from '@weir/core';
import { ask } from '../aws/ask.ts';
import { fromGatewayItem, toGatewayItem } from '../table/gateway-item.ts';
import { GATEWAY_PREFIX, gatewayKey } from '../table/keys.ts';
import { listKeys } from '../table/list-keys.ts';
import { newGateway, nextVersion } from '../table/new-gateway.ts';
import { isAbsent, putItemIf } from '../table/put-item.ts';
import { readItems } from '../table/read-items.ts';
import type { ControlStoreOptions } from './control-store-options.ts';

/** One item is the whole gateway, so every change is one conditional write that happens or does not. */
export class DynamoDBGatewayStore implements GatewayStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Clock;

  constructor({ client, table, clock }: ControlStoreOptions) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
  }

  async get(account: AccountId, id: GatewayId): Promise<GatewaySnapshot | null> {
    const [item] = await readItems(this.#client, this.#table, [gatewayKey(account, id)]);
    return item ? fromGatewayItem(item) : null;
  }

  async list(account: AccountId): Promise<readonly GatewaySnapshot[]> {
    const keys = await listKeys(this.#client, this.#table, account, GATEWAY_PREFIX);
    const items = await readItems(this.#client, this.#table, keys);
    return items.map(fromGatewayItem).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async create(
    account: AccountId,
    id: GatewayId,
    settings: GatewaySettings,
  ): Promise<GatewaySnapshot | 'exists'> {
    const gateway = newGateway(this.#clock, account, id, settings);
    const isOurs = await putItemIf(this.#client, this.#table, toGatewayItem(gateway), isAbsent);
    return isOurs ? gateway : 'exists';
  }

  async update(
    expected: GatewaySnapshot,
    settings: GatewaySettings,
    change?: GatewayChange,
  ): Promise<GatewaySnapshot | 'changed'> {
    const gateway = nextVersion(this.#clock, expected, settings, change);
    const isOurs = await putItemIf(this.#client, this.#table, toGatewayItem(gateway), {
      // The internal id tells a gateway from another of the same name that was created after its deletion.
      expression: 'version = :version AND internal_id = :internal',
      values: { ':version': { N: String(expected.version) }, ':internal': { S: expected.internalId } },
    });
    return isOurs ? gateway : 'changed';
  }

  async delete(account: AccountId, id: GatewayId): Promise<GatewaySnapshot | null> {
    const { pk, sk } = gatewayKey(account, id);
    const command = new DeleteItemCommand({
      TableName: this.#table,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ReturnValues: 'ALL_OLD',
    });
    const { Attributes } = await ask('delete a gateway', () => this.#client.send(command));
    return Attributes ? fromGatewayItem(Attributes) : null;
  }
}
