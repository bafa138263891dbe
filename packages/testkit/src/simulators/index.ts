export type { Heard, HeardPart, HeardTurn } from './heard.ts';
export * from './script.ts';
export * from './simulators.ts';
export type { Limits, Unsayable, WireName } from './wire.ts';
export { GEMINI_SIGNATURE } from './wires/gemini/speak.ts';
