/** No provider's models have longer names; a longer one has no price. */
const LONGEST = 256;

/** `-20250807` as the book may have it: `-2025-08-07`. */
const COMPACT_DATE = /-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=$|[-:@])/;
/** What marks one release of a model: `-2025-08-07`, `-20250807`, `@20250514`, `@default`, `-v1:0`, `-001`. */
const RELEASE = /(?:-20\d\d-[01]\d-[0-3]\d|-20\d\d[01]\d[0-3]\d|@[a-z0-9-]{1,32}|-v\d{1,2}:\d{1,3}|-00\d)$/;
/** Bedrock's inference profiles: the same model, served from anywhere in a part of the world. */
const GEOGRAPHY = /^(?:us-gov|us|eu|apac|jp|au|ca|sa|global)\./;

/** Providers whose models are named `author/model` by themselves: the author is part of the price. */
const AGGREGATORS = new Set(['openrouter', 'workers-ai', 'huggingface', 'together', 'fireworks']);

/**
 * The names under which a model may stand in the book, the most exact first: as it was asked for, without the path it was
 * addressed by (`models/…`, `publishers/google/models/…`, an ARN), with its date written the other way, without its
 * region, without its author, without its date or version.
 */
export function namesOf(provider: string, model: string): readonly string[] {
  const asked = model.trim().toLowerCase();
  if (asked === '' || asked.length > LONGEST) return [];
  const names = new Set<string>();
  for (const name of withoutAddress(provider, asked)) {
    names.add(name);
    names.add(name.replace(COMPACT_DATE, '-$1-$2-$3'));
  }
  if (provider === 'aws-bedrock') for (const name of [...names]) names.add(name.replace(GEOGRAPHY, ''));
  for (const name of [...names]) {
    let shorter = name.replace(RELEASE, '');
    names.add(shorter);
    shorter = shorter.replace(RELEASE, '');
    names.add(shorter);
  }
  names.delete('');
  return [...names];
}

/** The model without the mark of one release, its region or its address, as invoices name it (spec 5.3-14). */
export function plainModel(provider: string, model: string): string {
  const names = namesOf(provider, model);
  return names.reduce((plain, name) => (name.length < plain.length ? name : plain), names[0] ?? model);
}

function withoutAddress(provider: string, name: string): readonly string[] {
  const parts = name.split('/');
  const last = parts.at(-1) ?? name;
  if (last === name) return [name];
  const isAddress = parts.at(-2) === 'models' || name.startsWith('arn:') || name.startsWith('models/');
  return isAddress || !AGGREGATORS.has(provider) ? [name, last] : [name];
}
