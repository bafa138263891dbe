/** A provider that an account adds (spec 5.15). */
export type CustomProvider = {
  /** A uuid. */
  readonly id: string;
  /** Unique in the account; addressed as `custom-{slug}`. */
  readonly slug: string;
  readonly name: string;
  /** `https`, without credentials, query or fragment. */
  readonly base_url: string;
  readonly enable: boolean;
  readonly beta: boolean;
  readonly description: string | null;
  readonly link: string | null;
  readonly curl_example: string | null;
  readonly js_example: string | null;
  /** Sent with every request; lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly position: number;
  /** RFC 3339. */
  readonly created_at: string;
  readonly modified_at: string;
};
