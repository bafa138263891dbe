/** A variable that the template sets. Call it while the module loads: hosts swap the environment around each import. */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`the function needs the environment variable ${name}`);
  return value;
}
