/** All that prices are: a door of its own, because the book is large and loads on first use. */
export * from './attodollars.ts';
export * from './book/bundled-book.ts';
export * from './book/packed-book.ts';
export * from './book/price-book.ts';
export { ceilingOf, countedCeiling } from './ceiling.ts';
export * from './cost.ts';
export { countUsage, type Tokenizer } from './count-usage.ts';
export * from './create-pricing.ts';
export * from './tariff.ts';
