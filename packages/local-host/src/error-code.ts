/** The `code` of a system error, such as `ENOENT`; null for anything else. */
export function errorCode(error: unknown): string | null {
  const carries = typeof error === 'object' && error !== null && 'code' in error;
  return carries && typeof error.code === 'string' ? error.code : null;
}
