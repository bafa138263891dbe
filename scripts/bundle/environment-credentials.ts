import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

const CHAIN = '@aws-sdk/credential-provider-node';

/**
 * Lambda puts a function's credentials into its environment and nowhere else. The SDK's own chain would go on to look
 * for profiles, single sign-on, web identities and instance metadata: a fifth of a small bundle that can never be used.
 */
export const environmentCredentials: Plugin = {
  name: 'environment-credentials',
  setup(build) {
    build.onResolve(
      { filter: new RegExp(`^${CHAIN}$`) },
      async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === RESOLVED_BY_US) return null;
        const chain = await build.resolve(path, { kind, importer, resolveDir, pluginData: RESOLVED_BY_US });
        if (chain.errors.length > 0) return { errors: chain.errors };
        return {
          path: CHAIN,
          namespace: 'environment-credentials',
          pluginData: { resolveDir: dirname(chain.path) },
        };
      },
    );
    build.onLoad({ filter: /.*/, namespace: 'environment-credentials' }, ({ pluginData }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      resolveDir: pluginData.resolveDir,
    }));
  },
};

const RESOLVED_BY_US = Symbol('resolved by environment-credentials');
