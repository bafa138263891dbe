export { CONFORMANCE_CLIENTS } from './clients/index.ts';
export { FEATURES } from './features.ts';
export { conformancePage, tally } from './report.ts';
export * from './run-conformance.ts';
export { TARGETS } from './targets.ts';
