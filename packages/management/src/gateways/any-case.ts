import * as z from 'zod';

/** One of `values`, accepted in any case and kept in the canonical one (spec 3, rule 2). */
export function anyCase<const Values extends readonly [string, ...string[]]>(values: Values) {
  const canonical = new Map(values.map((value) => [value.toLowerCase(), value]));
  return z.preprocess(
    (given) => (typeof given === 'string' ? (canonical.get(given.toLowerCase()) ?? given) : given),
    z.enum(values, { error: `must be one of ${values.join(', ')}` }),
  );
}
