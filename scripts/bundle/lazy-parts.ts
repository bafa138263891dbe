import { basename } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Keeps what is written as `import('./lazy/<part>.ts')` out of the file that a cold start must read: each such part
 * becomes a file of its own beside it, `<part>.mjs`.
 *
 * A part carries its own copy of what it imports, so values cross this border as data: no `instanceof` on the other
 * side, no module state in common.
 *
 * @param parts collects name → source file of the parts that were met.
 */
export function lazyParts(parts: Map<string, string>): Plugin {
  return {
    name: 'lazy-parts',
    setup(build) {
      build.onResolve({ filter: /\/lazy\// }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === RESOLVED_BY_US) return null;
        const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: RESOLVED_BY_US });
        if (found.errors.length > 0) return { errors: found.errors };
        const part = basename(found.path).replace(/\.[cm]?[jt]s$/, '');
        const known = parts.get(part) ?? found.path;
        if (part === 'index' || known !== found.path) {
          return {
            errors: [
              { text: `Another file is already called ${part}.mjs; give this lazy part its own name.` },
            ],
          };
        }
        parts.set(part, found.path);
        return { path: `./${part}.mjs`, external: true };
      });
    },
  };
}

const RESOLVED_BY_US = Symbol('resolved by lazy-parts');
