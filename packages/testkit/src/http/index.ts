/** HTTP requests that nothing tidies up, one or many. */
export * from './load.ts';
export * from './raw-http.ts';
