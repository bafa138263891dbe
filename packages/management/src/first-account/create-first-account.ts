import {
  type Account,
  type AccountId,
  type AccountStore,
  type Clock,
  hashToken,
  type Ids,
  isWeirToken,
  mintToken,
  PERMISSION_GROUPS,
  parseAccountId,
  Secret,
  type TokenId,
  type TokenRecord,
  type TokenStore,
} from '@weir/core';
import * as z from 'zod';

/** Where the deployment's first token is handed over. */
export interface FirstTokenVault {
  /** What the vault holds, or null when it has never been written. */
  read(): Promise<string | null>;
  /** Writes once per `attempt`; a second write of the same attempt changes nothing and answers `'written-before'`. */
  write(value: Secret, attempt: string): Promise<'written' | 'written-before'>;
}

export interface FirstAccountPorts {
  readonly accounts: AccountStore;
  readonly tokens: TokenStore;
  readonly vault: FirstTokenVault;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'random'>;
}

interface Credentials {
  readonly account: AccountId;
  readonly token: Secret;
}

const vaultContent = z.object({ account_id: z.string(), api_token: z.string() });

/**
 * Makes the deployment's account and its first token, and can be repeated from any point at which it died. The vault
 * is written first, because it alone holds the token in clear; the account is written last and says that all is
 * done. After that nothing is made again: a first token that somebody deleted stays deleted.
 *
 * @param attempt the same for all repetitions of one deployment step, so that two at a time make one account.
 */
export async function createFirstAccount(ports: FirstAccountPorts, attempt: string): Promise<AccountId> {
  const credentials = parse(await ports.vault.read()) ?? (await handOver(ports, attempt));
  const { account } = credentials;
  if ((await ports.accounts.get(account)) !== null) return account;
  const createdAt = new Date(ports.clock.now()).toISOString();
  await createOnce(ports.tokens, firstToken(credentials, ports.ids, createdAt));
  const made: Account = { id: account, name: 'Default account', createdAt };
  await ports.accounts.create(made);
  return account;
}

async function createOnce(tokens: TokenStore, record: TokenRecord): Promise<void> {
  const { hash } = record.token;
  if ((await tokens.findByHash(hash)) !== null) return;
  try {
    await tokens.create(record);
  } catch (error) {
    // Another run of the same deployment may have been first; any other failure is one.
    if ((await tokens.findByHash(hash)) === null) throw error;
  }
}

async function handOver({ vault, ids }: FirstAccountPorts, attempt: string): Promise<Credentials> {
  const account = hex(ids) as AccountId;
  const token = new Secret(mintToken(ids.random(64)));
  const content = JSON.stringify({ account_id: account, api_token: token.reveal() });
  if ((await vault.write(new Secret(content), attempt)) === 'written') return { account, token };
  const others = parse(await vault.read());
  if (others === null) throw new Error('the vault was written by another run and cannot be read');
  return others;
}

function parse(content: string | null): Credentials | null {
  if (content === null) return null;
  const parsed = vaultContent.safeParse(jsonOrNull(content));
  if (!parsed.success || !isWeirToken(parsed.data.api_token)) return null;
  const account = parseAccountId(parsed.data.account_id);
  return account === null ? null : { account, token: new Secret(parsed.data.api_token) };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A vault that CloudFormation filled with something else: it holds no credentials of ours yet.
    return null;
  }
}

/** May do everything in the account. */
function firstToken(
  { account, token }: Credentials,
  ids: Pick<Ids, 'random'>,
  issuedOn: string,
): TokenRecord {
  return {
    token: {
      id: hex(ids) as TokenId,
      hash: hashToken(token),
      account,
      name: 'First token',
      enabled: true,
      notBefore: null,
      expiresOn: null,
      grants: [{ effect: 'allow', permissions: PERMISSION_GROUPS.map(({ key }) => key), gateways: 'all' }],
      allowedAddresses: [],
      deniedAddresses: [],
    },
    policies: [
      {
        id: hex(ids),
        effect: 'allow',
        permission_groups: PERMISSION_GROUPS.map(({ id, name }) => ({ id, name })),
        resources: { [`com.cloudflare.api.account.${account}`]: '*' },
      },
    ],
    condition: null,
    issuedOn,
    modifiedOn: issuedOn,
  };
}

const hex = (ids: Pick<Ids, 'random'>) => Buffer.from(ids.random(16)).toString('hex');
