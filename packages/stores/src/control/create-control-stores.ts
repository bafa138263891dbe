import type { AccountStore, GatewayStore, RouteStore, TokenStore, TopUpPlans } from '@weir/core';
import type { ControlStoreOptions } from './control-store-options.ts';
import { DynamoDBAccountStore } from './dynamodb-account-store.ts';
import { DynamoDBGatewayStore } from './dynamodb-gateway-store.ts';
import { DynamoDBRouteStore } from './dynamodb-route-store.ts';
import { DynamoDBTokenStore } from './dynamodb-token-store.ts';
import { DynamoDBTopUpPlans } from './dynamodb-top-up-plans.ts';

export const createGatewayStore = (options: ControlStoreOptions): GatewayStore =>
  new DynamoDBGatewayStore(options);

export const createTokenStore = (options: ControlStoreOptions): TokenStore => new DynamoDBTokenStore(options);

export const createAccountStore = (options: Omit<ControlStoreOptions, 'clock'>): AccountStore =>
  new DynamoDBAccountStore(options);

export const createTopUpPlans = (options: Omit<ControlStoreOptions, 'clock'>): TopUpPlans =>
  new DynamoDBTopUpPlans(options);

export const createRouteStore = (options: Omit<ControlStoreOptions, 'clock'>): RouteStore =>
  new DynamoDBRouteStore(options);
