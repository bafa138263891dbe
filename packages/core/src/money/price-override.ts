/**
 * A price that an account or a gateway sets for itself, in place of the price book's. Field names are the wire's; rates
 * are dollars per million tokens, or dollars per call for `per_request`, as decimal text, so that they stay exact.
 */
export type PriceOverride = {
  /** A provider's slug, or `custom-{slug}`. */
  readonly provider: string;
  /** The model's whole name, or its beginning with `*` behind it. */
  readonly model: string;
  readonly rates: {
    readonly input?: string;
    readonly cache_read?: string;
    readonly cache_write?: string;
    readonly cache_write_long?: string;
    readonly output?: string;
    readonly reasoning?: string;
    readonly input_audio?: string;
    readonly output_audio?: string;
    readonly input_image?: string;
    readonly output_image?: string;
    readonly search?: string;
    readonly per_request?: string;
  };
};
