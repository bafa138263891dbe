import type { LocalHost } from './start-local-host.ts';

/** What the host prints when it is ready: where it is, how to enter, and a request that works without any key. */
export function readyMessage({ baseUrl, accountId, apiToken }: LocalHost): string {
  return `
Weir runs the synthesised template on this machine.

  base URL   ${baseUrl}
  dashboard  ${baseUrl}/
  account    ${accountId}
  API token  ${apiToken}

Try it; the demo provider needs no key and says that its answers are simulated:

curl ${baseUrl}/client/v4/accounts/${accountId}/ai/v1/chat/completions \\
  -H 'authorization: Bearer ${apiToken}' \\
  -H 'content-type: application/json' \\
  -d '{"model":"demo/any-model","messages":[{"role":"user","content":"Hello, Weir"}]}'

`;
}
