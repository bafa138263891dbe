/** The host as its own process, on the template that `npm run synth` wrote. */
import { main } from '@weir/local-host';

await main();
