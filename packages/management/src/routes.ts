import { type Permission, Refusal } from '@weir/core';
import { type Endpoint, onAccount, onGateway, onPermittedGateways } from './access/endpoints.ts';
import { getCreditBalance } from './billing/credit-balance.ts';
import { listInvoices, previewInvoice } from './billing/invoices.ts';
import { createSpendingLimit, deleteSpendingLimit, getSpendingLimit } from './billing/spending-limit.ts';
import { createTopUp, getTopUpStatus, onlyOperators } from './billing/top-up.ts';
import { deleteTopUpConfig, getTopUpConfig, setTopUpConfig } from './billing/top-up-config.ts';
import { listUsage } from './billing/usage-history.ts';
import { listCircuits } from './circuits/list-circuits.ts';
import { getCustomProvider, listCustomProviders } from './custom-providers/read-custom-providers.ts';
import {
  createCustomProvider,
  deleteCustomProvider,
  updateCustomProvider,
} from './custom-providers/write-custom-providers.ts';
import { deleteRoute, renameRoute } from './dynamic-routes/change-route.ts';
import { createRoute } from './dynamic-routes/create-route.ts';
import { createDeployment, listDeployments } from './dynamic-routes/deployments.ts';
import { explainGraph, explainRoute } from './dynamic-routes/explain-route.ts';
import { getRoute, listRoutes } from './dynamic-routes/read-routes.ts';
import { createVersion, deleteVersion, getVersion, listVersions } from './dynamic-routes/versions.ts';
import { frontPage } from './front-page.ts';
import { createGateway } from './gateways/create-gateway.ts';
import { deleteGateway } from './gateways/delete-gateway.ts';
import { getProviderUrl } from './gateways/provider-url.ts';
import { purgeCache } from './gateways/purge-cache.ts';
import { getGateway, listGateways } from './gateways/read-gateways.ts';
import { updateGateway } from './gateways/update-gateway.ts';
import type { Method, Resource } from './http/router.ts';
import { deleteLogs } from './logs/delete-logs.ts';
import { editLog } from './logs/edit-log.ts';
import { listLogs } from './logs/list-logs.ts';
import { deleteLog, getLog, getRequestBody, getResponseBody } from './logs/one-log.ts';
import { getPrices, putPrices } from './prices/prices.ts';
import { createConfig } from './provider-configs/create-config.ts';
import { deleteConfig } from './provider-configs/delete-config.ts';
import { listConfigs } from './provider-configs/list-configs.ts';
import { rotateConfig } from './provider-configs/rotate-config.ts';
import { listSpend } from './spend/list-spend.ts';
import { getToken, listPermissionGroups, listTokens, verifyToken } from './tokens/read-tokens.ts';
import { createToken, deleteToken, rollToken, updateToken } from './tokens/write-tokens.ts';
import { readTotals } from './totals/read-totals.ts';

const API = '/client/v4';
const ACCOUNT = `${API}/accounts/{account}`;
const AI_GATEWAY = `${ACCOUNT}/ai-gateway`;
const GATEWAY = `${AI_GATEWAY}/gateways/{gateway}`;

/** Every path of the management API (spec 1.5) with the permission each method needs. */
export const ROUTES: readonly Resource<Endpoint>[] = [
  { pattern: '/', methods: { GET: frontPage } },

  {
    pattern: `${AI_GATEWAY}/gateways`,
    methods: {
      GET: onPermittedGateways('gateway:read', listGateways),
      POST: onPermittedGateways('gateway:write', createGateway),
    },
  },
  {
    pattern: GATEWAY,
    methods: {
      GET: onGateway('gateway:read', getGateway),
      PUT: onGateway('gateway:write', updateGateway),
      DELETE: onGateway('gateway:write', deleteGateway),
    },
  },
  {
    pattern: `${AI_GATEWAY}/prices`,
    methods: { GET: onAccount('gateway:read', getPrices), PUT: onAccount('gateway:write', putPrices) },
  },
  { pattern: `${GATEWAY}/circuits`, methods: { GET: onGateway('gateway:read', listCircuits) } },
  { pattern: `${GATEWAY}/cache/purge`, methods: { POST: onGateway('gateway:write', purgeCache) } },
  { pattern: `${GATEWAY}/url/{provider}`, methods: { GET: onGateway('gateway:read', getProviderUrl) } },

  {
    pattern: `${GATEWAY}/provider_configs`,
    methods: {
      GET: onGateway('gateway:read', listConfigs),
      POST: onGateway('keys:write', createConfig),
    },
  },
  {
    pattern: `${GATEWAY}/provider_configs/{id}`,
    methods: {
      PUT: onGateway('keys:write', rotateConfig),
      DELETE: onGateway('keys:write', deleteConfig),
    },
  },

  {
    pattern: `${GATEWAY}/logs`,
    methods: {
      GET: onGateway('gateway:read', listLogs),
      DELETE: onGateway('gateway:write', deleteLogs),
    },
  },
  {
    pattern: `${GATEWAY}/logs/{log}`,
    methods: {
      GET: onGateway('gateway:read', getLog),
      PATCH: onGateway('gateway:write', editLog),
      DELETE: onGateway('gateway:write', deleteLog),
    },
  },
  { pattern: `${GATEWAY}/logs/{log}/request`, methods: { GET: onGateway('gateway:read', getRequestBody) } },
  { pattern: `${GATEWAY}/logs/{log}/response`, methods: { GET: onGateway('gateway:read', getResponseBody) } },

  ...dynamicRoutes(`${GATEWAY}/routes`),

  { pattern: `${GATEWAY}/totals`, methods: { GET: onGateway('gateway:read', readTotals) } },
  { pattern: `${GATEWAY}/spend`, methods: { GET: onGateway('gateway:read', listSpend) } },

  ...billingRoutes(`${AI_GATEWAY}/billing`),

  {
    pattern: `${AI_GATEWAY}/custom-providers`,
    methods: {
      GET: onAccount('gateway:read', listCustomProviders),
      POST: onAccount('gateway:write', createCustomProvider),
    },
  },
  {
    pattern: `${AI_GATEWAY}/custom-providers/{id}`,
    methods: {
      GET: onAccount('gateway:read', getCustomProvider),
      PATCH: onAccount('gateway:write', updateCustomProvider),
      DELETE: onAccount('gateway:write', deleteCustomProvider),
    },
  },

  ...tokenRoutes(`${ACCOUNT}/tokens`),
  ...tokenRoutes(`${API}/user/tokens`),

  // The contract's paths that later versions serve: known, guarded, and honest about it.
  ...laterOnGateway('datasets', { GET: 'gateway:read', POST: 'gateway:write' }),
  ...laterOnGateway('datasets/{id}', { GET: 'gateway:read', PUT: 'gateway:write', DELETE: 'gateway:write' }),
  ...laterOnGateway('evaluations', { GET: 'gateway:read', POST: 'gateway:write' }),
  ...laterOnGateway('evaluations/{id}', { GET: 'gateway:read', DELETE: 'gateway:write' }),
  ...laterOnGateway('policies', { GET: 'gateway:write', POST: 'gateway:write' }),
  ...laterOnGateway('policies/commit', { POST: 'gateway:write' }),
  ...laterOnGateway('policies/simulate', { POST: 'gateway:write' }),
  ...laterOnGateway('policies/{id}', { GET: 'gateway:write', PUT: 'gateway:write', DELETE: 'gateway:write' }),
  ...laterOnGateway('custom-domains', { GET: 'gateway:write', POST: 'gateway:write' }),
  ...laterOnGateway('custom-domains/{hostname}', { GET: 'gateway:write', DELETE: 'gateway:write' }),
  ...laterOnAccount('evaluation-types', { GET: 'gateway:read' }),
  { pattern: `${API}/graphql`, methods: { POST: onAccount('gateway:read', notServed) } },
];

/** Routes of a gateway, their versions and deployments (spec 1.5, 5.10). */
function dynamicRoutes(base: string): Resource<Endpoint>[] {
  const read = (serve: Parameters<typeof onGateway>[1]) => onGateway('gateway:read', serve);
  const write = (serve: Parameters<typeof onGateway>[1]) => onGateway('gateway:write', serve);
  return [
    { pattern: base, methods: { GET: read(listRoutes), POST: write(createRoute) } },
    { pattern: `${base}/explain`, methods: { POST: read(explainGraph) } },
    {
      pattern: `${base}/{id}`,
      methods: { GET: read(getRoute), PATCH: write(renameRoute), DELETE: write(deleteRoute) },
    },
    { pattern: `${base}/{id}/explain`, methods: { POST: read(explainRoute) } },
    { pattern: `${base}/{id}/versions`, methods: { GET: read(listVersions), POST: write(createVersion) } },
    {
      pattern: `${base}/{id}/versions/{version}`,
      methods: { GET: read(getVersion), DELETE: write(deleteVersion) },
    },
    {
      pattern: `${base}/{id}/deployments`,
      methods: { GET: read(listDeployments), POST: write(createDeployment) },
    },
  ];
}

/** Prepaid credits (spec 1.5). Who may make them, and set what makes them, is ours to say. */
function billingRoutes(base: string): Resource<Endpoint>[] {
  const read = (serve: Parameters<typeof onAccount>[1]) => ({ GET: onAccount('gateway:read', serve) });
  return [
    { pattern: `${base}/credit-balance`, methods: read(getCreditBalance) },
    { pattern: `${base}/usage-history`, methods: read(listUsage) },
    { pattern: `${base}/invoice-preview`, methods: read(previewInvoice) },
    { pattern: `${base}/invoice-history`, methods: read(listInvoices) },
    { pattern: `${base}/topup`, methods: { POST: onAccount('credits:write', createTopUp, onlyOperators) } },
    { pattern: `${base}/topup/status`, methods: { POST: onAccount('gateway:read', getTopUpStatus) } },
    {
      pattern: `${base}/topup/config`,
      methods: {
        ...read(getTopUpConfig),
        POST: onAccount('billing:write', setTopUpConfig),
        DELETE: onAccount('billing:write', deleteTopUpConfig),
      },
    },
    {
      pattern: `${base}/spending-limit`,
      methods: {
        ...read(getSpendingLimit),
        POST: onAccount('gateway:write', createSpendingLimit),
        DELETE: onAccount('gateway:write', deleteSpendingLimit),
      },
    },
  ];
}

/** Tokens of the account: the path under `user` means the account that the calling token belongs to. */
function tokenRoutes(base: string): Resource<Endpoint>[] {
  return [
    {
      pattern: base,
      methods: { GET: onAccount('tokens:read', listTokens), POST: onAccount('tokens:write', createToken) },
    },
    { pattern: `${base}/verify`, methods: { GET: verifyToken } },
    {
      pattern: `${base}/permission_groups`,
      methods: { GET: onAccount('tokens:read', listPermissionGroups) },
    },
    {
      pattern: `${base}/{token}`,
      methods: {
        GET: onAccount('tokens:read', getToken),
        PUT: onAccount('tokens:write', updateToken),
        DELETE: onAccount('tokens:write', deleteToken),
      },
    },
    { pattern: `${base}/{token}/value`, methods: { PUT: onAccount('tokens:write', rollToken) } },
  ];
}

type Needs = Partial<Record<Method, Permission>>;

function laterOnGateway(path: string, needs: Needs): Resource<Endpoint>[] {
  return later(`${GATEWAY}/${path}`, needs, (permission) => onGateway(permission, notServed));
}

function laterOnAccount(path: string, needs: Needs): Resource<Endpoint>[] {
  return later(`${AI_GATEWAY}/${path}`, needs, (permission) => onAccount(permission, notServed));
}

function later(
  pattern: string,
  needs: Needs,
  guard: (permission: Permission) => Endpoint,
): Resource<Endpoint>[] {
  const methods = Object.entries(needs).map(([method, permission]) => [method, guard(permission)]);
  return [{ pattern, methods: Object.fromEntries(methods) }];
}

function notServed(): Refusal {
  return new Refusal('notServed');
}
