/** The host as its own process, for tests that end it from outside. */
import { main } from '@weir/local-host';

await main();
