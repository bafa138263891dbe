/** A variable that the template sets. Call it while the module loads: hosts swap the environment around each import. */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`the function needs the environment variable ${name}`);
  return value;
}

export function requiredNumber(name: string): number {
  const value = Number(required(name));
  if (!(value > 0)) throw new Error(`the environment variable ${name} must be a number above 0`);
  return value;
}

/** A variable that the template sets where the operator wants it. As {@link required}. */
export function optional(name: string): string | null {
  return process.env[name] || null;
}
