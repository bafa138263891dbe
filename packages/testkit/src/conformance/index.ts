export { CONFORMANCE_CLIENTS } from './clients/index.ts';
export { FEATURES } from './features.ts';
export { recordedAnswers } from './recorded-answers.ts';
export { conformancePage, RECORDED_HEADING, tally } from './report.ts';
export * from './run-conformance.ts';
export { type RecordedCell, runRecorded } from './run-recorded.ts';
export { TARGETS } from './targets.ts';
