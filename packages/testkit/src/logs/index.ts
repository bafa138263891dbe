/** For the tests of the log plane: records with times of their own, and the rules of the log store. */
export * from './log-engines.ts';
export * from './log-store.cases.ts';
export * from './records.ts';
export * from './totals.cases.ts';
export * from './watched-calls.ts';
