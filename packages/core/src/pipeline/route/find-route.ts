import { Refusal } from '../../errors/refusal.ts';
import type { DeployedRoute } from '../../routing/route.ts';
import type { Authenticated } from '../exchange.ts';

const PREFIX = 'dynamic/';

/** The route that a model's name means (spec 5.10-4). Null: it names a model. */
export function findRoute({ gateway }: Authenticated, model: string): DeployedRoute | Refusal | null {
  if (!model.startsWith(PREFIX)) return null;
  const name = model.slice(PREFIX.length);
  return (
    gateway.routes.find((route) => route.name === name) ??
    new Refusal('routeNotFound', {
      message: `This gateway has no route "${name.slice(0, 64)}" with a deployed version.`,
      path: ['body', 'model'],
    })
  );
}
