import * as z from 'zod';

/**
 * An object whose keys the caller makes up. A record alone leaves `__proto__` out without a word, so that a rule for one
 * key would hold for all requests; here it is refused.
 */
export function callerNamed<Value extends z.ZodType>(key: z.ZodString, value: Value) {
  return z.preprocess(
    (given, context) => {
      if (typeof given === 'object' && given !== null && Object.hasOwn(given, '__proto__'))
        context.addIssue({ code: 'custom', message: 'no key may be named "__proto__": rename it' });
      return given;
    },
    z.record(key, value),
  );
}
