import { BUNDLED_BOOK } from '@weir/core/pricing';
import { createPriceBookStore } from '@weir/stores/price-book';
import { required } from './edge/environment.ts';
import { systemClock } from './edge/ports.ts';
import { createPricesHandler } from './prices/create-handler.ts';
import { fetchSource } from './prices/fetch-source.ts';

/** Empty: nothing is fetched. The local host says so unless its operator names a source. */
const source = process.env.WEIR_PRICE_SOURCE ?? '';

/** Fetches prices once a day (docs/costs.md). */
export const handler = createPricesHandler({
  store: createPriceBookStore({ table: required('WEIR_CONFIG_TABLE') }),
  fetchSource: source === '' ? null : () => fetchSource(source),
  bundled: BUNDLED_BOOK,
  clock: systemClock,
  report: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
});
