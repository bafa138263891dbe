/** The host as its own process, on the assembly that is given: for tests that end it from outside. */
import { main } from '../main.ts';

await main(process.argv[2]);
