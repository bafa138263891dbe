import {
  ManualClock,
  runAccountStoreCases,
  runGatewayStoreCases,
  runRouteStoreCases,
  runTokenStoreCases,
  runTopUpPlansCases,
} from '@weir/testkit/stores';
import { MemoryAccountStore } from './memory-account-store.ts';
import { MemoryConfig } from './memory-config.ts';
import { MemoryGatewayStore } from './memory-gateway-store.ts';
import { MemoryRouteStore } from './memory-route-store.ts';
import { MemoryTokenStore } from './memory-token-store.ts';
import { MemoryTopUpPlans } from './memory-top-up-plans.ts';

runGatewayStoreCases({
  name: 'MemoryGatewayStore',
  make: async () => {
    const clock = new ManualClock();
    return { store: new MemoryGatewayStore(new MemoryConfig(), clock), clock };
  },
});

runTokenStoreCases({
  name: 'MemoryTokenStore',
  make: async () => new MemoryTokenStore(new MemoryConfig()),
});

runAccountStoreCases({
  name: 'MemoryAccountStore',
  make: async () => new MemoryAccountStore(new MemoryConfig()),
});

runTopUpPlansCases({ name: 'MemoryTopUpPlans', make: async () => new MemoryTopUpPlans() });

runRouteStoreCases({ name: 'MemoryRouteStore', make: async () => new MemoryRouteStore() });
