import type { Fault } from '@weir/core';
import type * as z from 'zod';

/** What the schema found, one fault for each thing that is wrong, with the place where it stands in the request. */
export function faultsOf(error: z.ZodError, place: 'body' | 'query'): readonly Fault[] {
  return error.issues.flatMap((issue) => {
    const path = [place, ...issue.path.map(String)];
    if (issue.code === 'invalid_key')
      return issue.issues.map((inner) => ({ message: describe(inner, path), path }));
    if (issue.code !== 'unrecognized_keys') return [{ message: describe(issue, path), path }];
    const what = place === 'query' ? 'query parameter' : 'field';
    return issue.keys.map((key) => ({ message: `There is no ${what} "${key}" here.`, path: [...path, key] }));
  });
}

function describe(issue: Pick<z.core.$ZodIssue, 'message'>, path: readonly string[]): string {
  const name = path.slice(1).join('.');
  return name === '' ? issue.message : `${name}: ${issue.message}`;
}
