import type { Secret } from '../../secret.ts';

/** What of a stored secret is not secret and decides where a request goes. A type alias, so that it is JSON as well. */
export type KeyPlace = {
  /** Bedrock, Vertex. */
  readonly region?: string;
  /** Vertex. */
  readonly project?: string;
  /** Azure: the first label of its host. */
  readonly resource?: string;
  /** Workers AI: the account at the vendor. */
  readonly account?: string;
};

/** A provider's credential, read from what was stored (spec 5.2-8). */
export type Credential =
  /** One string that goes where the provider's descriptor says. */
  | { readonly kind: 'key'; readonly key: Secret; readonly place: KeyPlace }
  /** Signs requests (SigV4). */
  | {
      readonly kind: 'aws';
      readonly accessKeyId: string;
      readonly secretAccessKey: Secret;
      readonly sessionToken: Secret | null;
      readonly place: KeyPlace & { readonly region: string };
    }
  /** A Google service account: signs a claim and gets a token for it. */
  | {
      readonly kind: 'google';
      readonly clientEmail: string;
      readonly privateKey: Secret;
      readonly privateKeyId: string | null;
      readonly tokenUri: string;
      readonly place: KeyPlace & { readonly project: string };
    };

export type AwsCredential = Extract<Credential, { kind: 'aws' }>;
export type GoogleCredential = Extract<Credential, { kind: 'google' }>;
