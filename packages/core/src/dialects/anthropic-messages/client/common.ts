import type { CacheHint } from '../../../form/blocks.ts';
import { type Json, residueOf } from '../../../form/json.ts';
import type { Residue } from '../../../form/provenance.ts';
import type { Fields } from './fields.ts';

/** What every block and tool may carry: the wish to be cached, and members that the form has no field for. */
export function readCommon(
  block: Fields,
  known: readonly string[],
): { readonly cache?: CacheHint; readonly residue?: Residue } {
  return { ...readCache(block), ...residue(residueOf(block.value, known)) };
}

export function readCache(block: Fields): { readonly cache?: CacheHint } {
  const control = block.object('cache_control');
  if (!control) return {};
  control.needed('type', control.oneOf('type', ['ephemeral']), 'ephemeral');
  return { cache: { lifetime: control.oneOf<'5m' | '1h'>('ttl', ['5m', '1h']) ?? null } };
}

/** Members that are null say nothing. */
export function residue(value: Json | null): { readonly residue?: Residue } {
  const said = Object.entries(value ?? {}).filter(([, member]) => member !== null);
  return said.length === 0
    ? {}
    : { residue: { dialect: 'anthropic-messages', value: Object.fromEntries(said) } };
}
