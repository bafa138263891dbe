import * as z from 'zod';
import { anyCase } from './any-case.ts';

/** The hazard categories of spec 5.13. */
const CATEGORIES = [
  'S1',
  'S2',
  'S3',
  'S4',
  'S5',
  'S6',
  'S7',
  'S8',
  'S9',
  'S10',
  'S11',
  'S12',
  'S13',
  'P1',
] as const;

const phase = z.partialRecord(z.enum(CATEGORIES), anyCase(['FLAG', 'BLOCK']));

/** What to do with a hazard, for the prompt and for the response; a category that is absent is ignored. */
export const guardrails = z.strictObject({ prompt: phase, response: phase });
