import { join } from 'node:path';
import { writePrivately } from './write-privately.ts';

/** What tools on this machine need to reach the host, in `local.json` of the data folder, for its owner only. */
export async function writeLocalJson(
  dataDir: string,
  host: { readonly baseUrl: string; readonly accountId: string; readonly apiToken: string },
): Promise<void> {
  const content = {
    base_url: host.baseUrl,
    dashboard_url: `${host.baseUrl}/`,
    account_id: host.accountId,
    api_token: host.apiToken,
  };
  await writePrivately(join(dataDir, 'local.json'), `${JSON.stringify(content, null, 2)}\n`);
}
