import type { GatewaySettings } from '../../gateway/settings.ts';
import type { RouteElement } from '../../routing/route.ts';
import { type GatewayForTest, jsonAnswer } from './gateway-for-test.ts';

/** The gateway `main` with these settings and a deployed route `support`. */
export function deployRoute(
  gateway: GatewayForTest,
  elements: readonly RouteElement[],
  settings: Partial<GatewaySettings> = {},
): void {
  const snapshot = gateway.addGateway('main', settings);
  const at = '2026-01-01T00:00:00.000Z';
  const route = { id: 'r1', name: 'support', versionId: 'v1', deploymentId: 'd1', elements };
  const times = { createdAt: at, modifiedAt: at, versionCreatedAt: at, deployedAt: at };
  gateway.gateways.set(snapshot.id, { ...snapshot, routes: [{ ...route, ...times }] });
}

/** The same model element of another provider. */
export const of = (
  provider: string,
  element: RouteElement,
  more: { timeout?: number; retries?: number } = {},
) =>
  element.type === 'model'
    ? { ...element, properties: { ...element.properties, provider, ...more } }
    : element;

/** A chat's answer that names its model. */
export const answerBy = (id: string) =>
  jsonAnswer(
    JSON.stringify({
      id: `chatcmpl-${id}`,
      object: 'chat.completion',
      created: 1,
      model: id,
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: `I am ${id}` } }],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    }),
  );
