import type { GatewaySnapshot } from '../gateway/settings.ts';
import { NO_MONEY, parseDollars } from '../money/micros.ts';
import type { Budget } from '../ports/ledger.ts';
import type { RateLimit } from '../ports/rate-limiter.ts';
import type { RouteBudget, RouteCount } from '../ports/routing.ts';

type Owner = Pick<GatewaySnapshot, 'account' | 'id' | 'internalId'>;
type LimitBudget = Extract<Budget, { readonly kind: 'limit' }>;

/**
 * What a route's element counts under: the element keeps its count from version to version, and whoever looks at a count means
 * the one that requests are counted in.
 */
export function routeLimit(
  { account, internalId }: Owner,
  route: string,
  { element, value, limit, window, technique }: RouteCount,
): RateLimit {
  const key = `${account}#${internalId}#${ruleOf(route, element)}#${value}`;
  return { key, limit, interval: window, technique };
}

/** The budget that a model's call on a route is reserved in. */
export function routeBudget(
  { account, id }: Owner,
  route: string,
  { element, value, limit, window, technique }: RouteBudget,
): LimitBudget {
  return {
    kind: 'limit',
    account,
    gateway: id,
    rule: ruleOf(route, element),
    bucket: value,
    limit: parseDollars(limit) ?? NO_MONEY,
    window: { technique, length: window },
    shards: 1,
  };
}

/** The route's element whose budget this is; null: it is none of the route's. */
export function budgetElement(route: string, budget: Budget): string | null {
  const prefix = ruleOf(route, '');
  if (budget.kind !== 'limit' || !budget.rule.startsWith(prefix)) return null;
  return budget.rule.slice(prefix.length);
}

const ruleOf = (route: string, element: string) => `route/${route}/${element}`;
