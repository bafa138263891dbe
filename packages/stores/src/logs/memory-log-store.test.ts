import { runLogStoreCases } from '@weir/testkit/logs';
import { ManualClock } from '@weir/testkit/stores';
import { MemoryLogStore } from './memory-log-store.ts';

runLogStoreCases({
  name: 'MemoryLogStore',
  make: async () => {
    const clock = new ManualClock();
    return { store: new MemoryLogStore({ clock }), clock };
  },
});
