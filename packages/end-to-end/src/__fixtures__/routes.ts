import type { RawRequest } from '@weir/testkit/http';
import { CHAT, PROVIDER_KEY } from './requests.ts';
import type { RunningGateway } from './running-gateway.ts';
import { compatOn } from './through.ts';

const to = (elementId: string) => ({ elementId });

interface RouteModel {
  readonly id: string;
  readonly type: 'model';
  readonly properties: Readonly<Record<string, string | number>>;
  readonly outputs: Readonly<Record<string, { readonly elementId: string }>>;
}

/** A model element that is named as its model is. */
export const routeModel = (provider: string, model: string, fallback?: string): RouteModel => ({
  id: model,
  type: 'model',
  properties: { provider, model, timeout: 0, retries: 0 },
  outputs: { success: to('end'), ...(fallback === undefined ? {} : { fallback: to(fallback) }) },
});

/** Deploys a route that begins with the first of the models. */
export const makeRoute = (
  gateway: RunningGateway,
  id: string,
  name: string,
  models: readonly [RouteModel, ...RouteModel[]],
) =>
  gateway.manage('POST', `ai-gateway/gateways/${id}/routes`, {
    name,
    elements: [
      { id: 'start', type: 'start', outputs: { next: to(models[0].id) } },
      ...models,
      { id: 'end', type: 'end', outputs: {} },
    ],
  });

/** A request that names the route, with the caller's own provider key. */
export const routed = (gateway: RunningGateway, id: string, name: string): RawRequest =>
  compatOn(gateway, id, {
    body: JSON.stringify({ ...JSON.parse(CHAT), model: `dynamic/${name}` }),
    headers: { authorization: `Bearer ${PROVIDER_KEY}` },
  });
