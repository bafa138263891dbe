import type { CacheHint } from '../../../form/blocks.ts';
import { type Json, residueOf } from '../../../form/json.ts';
import type { Residue } from '../../../form/provenance.ts';
import type { Field } from '../../request-field.ts';

/** What every block and tool may carry: the wish to be cached, and members that the form has no field for. */
export function readCommon(
  block: Field,
  known: readonly string[],
): { readonly cache?: CacheHint; readonly residue?: Residue } {
  return { ...readCache(block), ...residue(residueOf(block.object(), [...known, 'cache_control'])) };
}

export function readCache(block: Field): { readonly cache?: CacheHint } {
  const control = block.at('cache_control').given;
  if (!control) return {};
  control.at('type').oneOf(['ephemeral']);
  return { cache: { lifetime: control.optional('ttl', (ttl) => ttl.oneOf(['5m', '1h'])) ?? null } };
}

/** Members that are null say nothing. */
export function residue(value: Json | null): { readonly residue?: Residue } {
  const said = Object.entries(value ?? {}).filter(([, member]) => member !== null);
  return said.length === 0
    ? {}
    : { residue: { dialect: 'anthropic-messages', value: Object.fromEntries(said) } };
}
