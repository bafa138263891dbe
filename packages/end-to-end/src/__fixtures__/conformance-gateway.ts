import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocalHost } from '@weir/local-host';
import type { GatewayUnderTest } from '@weir/testkit/conformance';
import { type ProviderSimulators, startProviderSimulators } from '@weir/testkit/simulators';

/** What `npm run synth` writes: the template that is deployed. */
const ASSEMBLY = fileURLToPath(new URL('../../../../infra/cdk.out', import.meta.url));

/** What real providers answered, kept beside the project; absent in most clones. */
export const RECORDINGS = fileURLToPath(new URL('../../../../../shared/fixtures', import.meta.url));

/** The deployed shape on this machine, with a simulator in the place of every provider. */
export interface SimulatedGateway extends GatewayUnderTest {
  readonly simulators: ProviderSimulators;
  readonly origin: string;
  readonly account: string;
  readonly token: string;
  readonly logged: readonly string[];
  stop(): Promise<void>;
}

/** @param environment of the operator: provider keys and settings. */
export async function startSimulatedGateway(
  environment: Readonly<Record<string, string>> = {},
): Promise<SimulatedGateway> {
  const simulators = await startProviderSimulators();
  const dataDir = await mkdtemp(join(tmpdir(), 'weir-conformance-'));
  const logged: string[] = [];
  const host = await startLocalHost({
    assembly: ASSEMBLY,
    dataDir,
    environment: { ...environment, WEIR_PROVIDER_BASE_URLS: JSON.stringify(simulators.baseUrls) },
    log: (source, text) => logged.push(`${source}: ${text}`),
  });
  const { baseUrl: origin, accountId: account, apiToken: token } = host;
  return {
    simulators,
    origin,
    account,
    token,
    logged,
    baseUrl: `${origin}/v1/${account}/default/compat`,
    // Thousands of records that nobody reads would cost a third of the suite's time.
    headers: { 'cf-aig-authorization': `Bearer ${token}`, 'cf-aig-collect-log': 'false' },
    async stop() {
      await host.stop();
      await simulators.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
