import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const EVALUATED_AT_ONCE = 'node-builtin';
const EVALUATED_AT_CALL = 'node-builtin-on-call';

const bareNames = new Set(builtinModules);

/**
 * Turns every import of a Node builtin into `process.getBuiltinModule`. An ES import of, say, `node:http` reads all of
 * the module's exports, among them lazy getters that load another HTTP client (15–37 ms of a cold start); this reads
 * only what is used.
 *
 * Static imports see one constant per name that is really used, a default and a namespace. `import()` and `require()`
 * get the module itself, whose getters stay untouched.
 */
export const nodeBuiltins: Plugin = {
  name: 'node-builtins',
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z0-9_/]+$/ }, ({ path, kind }) => {
      if (!path.startsWith('node:') && !bareNames.has(path)) return null;
      const isStatic = kind === 'import-statement';
      return {
        path: path.startsWith('node:') ? path : `node:${path}`,
        namespace: isStatic ? EVALUATED_AT_ONCE : EVALUATED_AT_CALL,
        sideEffects: false,
      };
    });
    build.onLoad({ filter: /.*/, namespace: EVALUATED_AT_ONCE }, ({ path }) => ({
      contents: asEsModule(path),
    }));
    build.onLoad({ filter: /.*/, namespace: EVALUATED_AT_CALL }, ({ path }) => ({
      contents: `module.exports = ${read(path)};`,
    }));
  },
};

const read = (name: string): string => `process.getBuiltinModule(${JSON.stringify(name)})`;

/** Every export stands behind a call marked pure, so esbuild drops those that nobody imports. */
function asEsModule(name: string): string {
  const module: object | undefined = process.getBuiltinModule(name);
  if (module === undefined) throw new Error(`Node ${process.version} has no module ${name}.`);
  const names = Object.keys(module).filter((key) => key !== 'default');
  return [
    `const module = /* @__PURE__ */ ${read(name)};`,
    'export { module as default };',
    ...names.map(
      (key, index) => `const _${index} = /* @__PURE__ */ (() => module[${JSON.stringify(key)}])();`,
    ),
    `export { ${names.map((key, index) => `_${index} as ${JSON.stringify(key)}`).join(', ')} };`,
  ].join('\n');
}
