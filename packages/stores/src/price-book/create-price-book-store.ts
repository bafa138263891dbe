import type { PriceBookStore } from '@weir/core';
import type { ClientOptions } from '../aws/client-settings.ts';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { DynamoDBPriceBooks } from './dynamodb-price-books.ts';

export interface PriceBookStoreOptions extends ClientOptions {
  /** The `config` table. */
  readonly table: string;
}

/** Its client is made at the first call. */
export function createPriceBookStore({ table, ...options }: PriceBookStoreOptions): PriceBookStore {
  let call: DynamoDBCall | null = null;
  return new DynamoDBPriceBooks({
    table,
    call: () => {
      call ??= new DynamoDBCall(options);
      return call;
    },
  });
}
