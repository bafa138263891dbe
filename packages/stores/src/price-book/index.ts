/** Price books that were fetched: for whoever asks prices, and for whoever fetches them. */
export { createPriceBookStore } from './create-price-book-store.ts';
export { FreshPriceBook, type FreshPriceBookOptions, LOOKED_UP_EVERY } from './fresh-price-book.ts';
