/** A developer's own session must not reach functions that believe in the engines' dummy credentials. */
const FOREIGN = ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL'];

/**
 * Sets variables of this process, and hides those by which an AWS SDK would find a real account.
 * @returns puts everything back.
 */
export function setEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const names = [...Object.keys(variables), ...FOREIGN];
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) set(name, variables[name]);
  return () => {
    for (const [name, value] of before) set(name, value);
  };
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
