import { randomInt } from 'node:crypto';
import * as z from 'zod';

/** The rules of `GenerateSecretString`; the defaults are AWS's. */
export const passwordSchema = z.strictObject({
  PasswordLength: z.number().default(32),
  ExcludeCharacters: z.string().default(''),
  ExcludeLowercase: z.boolean().default(false),
  ExcludeUppercase: z.boolean().default(false),
  ExcludeNumbers: z.boolean().default(false),
  ExcludePunctuation: z.boolean().default(false),
  IncludeSpace: z.boolean().default(false),
  RequireEachIncludedType: z.boolean().default(true),
});

export type PasswordRules = z.infer<typeof passwordSchema>;

const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** A random password; unless told otherwise it holds at least one character of every allowed kind. */
export function generatePassword(rules: PasswordRules): string {
  const kinds = [
    rules.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    rules.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    rules.ExcludeNumbers ? '' : '0123456789',
    rules.ExcludePunctuation ? '' : PUNCTUATION,
    rules.IncludeSpace ? ' ' : '',
  ]
    .map((kind) => [...kind].filter((character) => !rules.ExcludeCharacters.includes(character)).join(''))
    .filter((kind) => kind !== '');
  const all = kinds.join('');
  const characters = Array.from({ length: rules.PasswordLength }, (_, index) =>
    pick((rules.RequireEachIncludedType && kinds[index]) || all),
  );
  // The characters that had to be there stand first until they are shuffled in.
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] ?? '', characters[last] ?? ''];
  }
  return characters.join('');
}

function pick(characters: string): string {
  return characters.charAt(randomInt(characters.length));
}
