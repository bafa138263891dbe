import { Refusal } from '../../errors/refusal.ts';
import { type Fault, isFault } from '../../form/fault.ts';
import type { StoredKey } from '../../gateway/stored-key.ts';
import { chooseKeys } from '../../policy/choose-keys.ts';
import { mayUseOperatorsKey, operatorsKeyName, wantsZeroRetention } from '../../policy/unified-billing.ts';
import type { Credential } from '../../providers/credential/credential.ts';
import { parseCredential } from '../../providers/credential/parse-credential.ts';
import type { ProviderDescriptor } from '../../providers/descriptor.ts';
import type { Secret } from '../../secret.ts';
import type { Authenticated, UsedCredential } from '../exchange.ts';
import type { PlanPorts } from './plan-ports.ts';

/** A credential that is not the caller's. */
export interface Ours {
  readonly credential: Credential;
  readonly used: Omit<UsedCredential, 'signing'>;
}

/**
 * The first stored key that this request has not seen refused. Null: the gateway keeps none for the provider.
 * @throws {StoreUnavailable} when the key cannot be opened.
 */
export async function storedCredential(
  exchange: Authenticated,
  provider: ProviderDescriptor,
  alias: string | null,
  ports: PlanPorts,
): Promise<Ours | Refusal | null> {
  const { gateway, refusedKeys } = exchange;
  const draw = () => (ports.ids.random(1)[0] ?? 0) / 256;
  const choice = chooseKeys(gateway.keys, provider.slug, alias, draw);
  if (choice.kind === 'missing')
    return new Refusal('aliasNotFound', {
      message: `This gateway has no key for ${provider.name} with the alias "${choice.alias.slice(0, 64)}". ${known(choice.aliases)}`,
    });
  const [key, ...spare] = choice.keys.filter(({ id }) => !refusedKeys.includes(id));
  if (!key) return null;
  const secret = await openKey(exchange, key, ports);
  if (secret === null) return unusable(provider, key, 'the operator’s secret that it names does not exist');
  const credential = credentialIn(secret, provider);
  if (isFault(credential)) return unusable(provider, key, 'it is not what this provider takes');
  return { credential, used: { source: 'stored', key, hasSpare: spare.length > 0 } };
}

/** A secret stays the same object while it is in memory, so it is read once. */
const READ = new WeakMap<Secret, Credential | Fault>();

function credentialIn(secret: Secret, provider: ProviderDescriptor): Credential | Fault {
  const known = READ.get(secret);
  if (known) return known;
  const credential = parseCredential(provider, secret.reveal());
  READ.set(secret, credential);
  return credential;
}

const known = (aliases: readonly string[]) =>
  aliases.length === 0 ? 'It has none for this provider.' : `Those that it has: ${aliases.join(', ')}.`;

const unusable = ({ name }: ProviderDescriptor, { alias }: StoredKey, why: string) =>
  new Refusal('unusableKey', { message: `The stored key "${alias}" for ${name} cannot be used: ${why}.` });

/** A secret of the operator's by the name that the key gives, else by the one that the contract makes up (spec 5.2-4). */
async function openKey(
  { gateway: { account, id } }: Authenticated,
  { secret, provider, alias }: StoredKey,
  { keyRing }: PlanPorts,
): Promise<Secret | null> {
  if (secret.kind === 'sealed') return keyRing.open(secret.sealed, { account, gateway: id, provider });
  return (
    (await keyRing.named(account, secret.secretId)) ??
    (await keyRing.named(account, `${id}_${provider}_${alias}`))
  );
}

/**
 * The operator's credential for the provider, or the function's own role where the operator allows it. Null: neither, or
 * credits pay and the provider's own endpoint is not among those that they pay for (spec 5.3-9).
 * @throws {StoreUnavailable}
 */
export async function operatorCredential(
  { endpoint, gateway, request }: Authenticated,
  provider: ProviderDescriptor,
  { platformCredentials, ownRole, unifiedBilling }: PlanPorts,
): Promise<Ours | Refusal | null> {
  if (!mayUseOperatorsKey(unifiedBilling, provider.slug, endpoint.kind === 'native')) return null;
  const keepsNothing = wantsZeroRetention(gateway.settings, request.headers);
  const name = operatorsKeyName(provider.slug, keepsNothing);
  const secret = await platformCredentials.find(name);
  if (secret) {
    const credential = credentialIn(secret, provider);
    if (isFault(credential))
      return new Refusal('unusableKey', {
        message: `The operator's credential for ${provider.name} cannot be used: it is not what this provider takes.`,
      });
    return { credential, used: { source: 'unified', key: null, hasSpare: false } };
  }
  // Where retention was agreed on, an ordinary key in its place would break the promise.
  if (name !== provider.slug) return new Refusal('zdrUnavailable');
  const role = ownRole.credentialFor(provider.slug);
  return role && { credential: role, used: { source: 'role', key: null, hasSpare: false } };
}
