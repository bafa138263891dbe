import * as z from 'zod/mini';
import type { JsonValue } from '../../gateway/json-value.ts';
import { ROUTE_BOUNDS } from '../bounds.ts';
import { parseFieldPath } from '../field-path.ts';
import { isForbiddenName } from '../forbidden-name.ts';
import { readSplit } from '../split.ts';

const ID = new RegExp(`^[\\w.:-]{1,${ROUTE_BOUNDS.idLength}}$`);

const id = z.string('must be a text of 1 to 64 characters').check(
  z.refine((text) => ID.test(text), {
    error: `must be 1 to ${ROUTE_BOUNDS.idLength} letters, digits, ".", ":", "_" or "-"`,
  }),
  z.refine((text) => !isForbiddenName(text), { error: 'is a name that no element may have: choose another' }),
);

const output = z.strictObject(
  { elementId: z.string('must be the id of an element') },
  'must be {"elementId": "<the id of an element>"}',
);

const nothing = z.exactOptional(z.strictObject({}, 'must be absent or {}'));

const number = (from: number, to: number, what: string) => {
  const error = `must be ${what} from ${from} to ${to}`;
  return z.number(error).check(z.refine((value) => value >= from && value <= to, { error }));
};

const whole = (from: number, to: number, what: string) =>
  number(from, to, what).check(
    z.refine(Number.isSafeInteger, { error: `must be a whole number from ${from} to ${to}` }),
  );

const field = z.string('must be a field, such as metadata.user').check(
  z.superRefine((text, context) => {
    const path = parseFieldPath(text);
    if (typeof path === 'string') context.addIssue({ code: 'custom', message: path });
  }),
);

const onwards = z.strictObject(
  { success: output, fallback: z.exactOptional(output) },
  'must be {"success": …, "fallback": …}',
);

const split = z.record(z.string(), output, 'must be a map from shares, such as "10%", to elements').check(
  z.superRefine((outputs, context) => {
    const arms = readSplit(outputs);
    if (typeof arms === 'string') context.addIssue({ code: 'custom', message: arms });
  }),
);

const conditions = z.pipe(
  z.custom<JsonValue>((value) => value !== undefined, 'must be an object of fields and what they must be'),
  z.json(),
);

const window = whole(1, ROUTE_BOUNDS.window, 'a number of seconds');

const rate = {
  key: field,
  window,
  technique: z.exactOptional(z.enum(['fixed', 'sliding'], 'must be "fixed" or "sliding"')),
};

/** What each type of element looks like (spec 5.10). Strict: what we would not heed is refused, not dropped. */
export const ELEMENT_SCHEMAS = {
  start: z.strictObject({
    id,
    type: z.literal('start'),
    properties: nothing,
    outputs: z.strictObject({ next: output }, 'must be {"next": {"elementId": …}}'),
  }),
  conditional: z.strictObject({
    id,
    type: z.literal('conditional'),
    properties: z.strictObject({ conditions }, 'must be {"conditions": …}'),
    outputs: z.strictObject({ true: output, false: output }, 'must be {"true": …, "false": …}'),
  }),
  percentage: z.strictObject({
    id,
    type: z.literal('percentage'),
    properties: z.exactOptional(
      z.strictObject({ sticky: z.exactOptional(field) }, 'must be absent, or {"sticky": "<a field>"}'),
    ),
    outputs: split,
  }),
  rate: z.strictObject({
    id,
    type: z.literal('rate'),
    properties: z.discriminatedUnion(
      'limitType',
      [
        z.strictObject({
          ...rate,
          limitType: z.literal('count'),
          limit: whole(0, ROUTE_BOUNDS.count, 'a number of requests'),
        }),
        z.strictObject({
          ...rate,
          limitType: z.literal('cost'),
          limit: number(0, ROUTE_BOUNDS.dollars, 'a number of US dollars'),
        }),
      ],
      'must have a limitType of "count" or "cost"',
    ),
    outputs: onwards,
  }),
  model: z.strictObject({
    id,
    type: z.literal('model'),
    properties: z.strictObject(
      {
        provider: z
          .string('must be the name of a provider')
          .check(z.minLength(1, 'must be the name of a provider')),
        model: z
          .string('must be the name of a model')
          .check(
            z.minLength(1, 'must be the name of a model'),
            z.maxLength(ROUTE_BOUNDS.modelLength, `has at most ${ROUTE_BOUNDS.modelLength} characters`),
          ),
        timeout: whole(0, ROUTE_BOUNDS.timeout, 'a number of milliseconds'),
        retries: whole(0, ROUTE_BOUNDS.retries, 'a number of attempts after the first'),
      },
      'must be {"provider", "model", "timeout", "retries"}',
    ),
    outputs: onwards,
  }),
  end: z.strictObject({ id, type: z.literal('end'), properties: nothing, outputs: nothing }),
};
