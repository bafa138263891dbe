import type { KnipConfig } from 'knip';

/** Unused files, exports and dependencies (`npm test`). What a package exports through its doors counts as used. */
const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: [
        'scripts/{start,test,build,bundle,readme-numbers,generate-catalogue,price-book,parameters-page}.ts',
      ],
      project: ['scripts/**/*.{ts,mjs}', '*.{ts,mjs}'],
      // Commands that the scripts run by name.
      ignoreDependencies: ['dependency-cruiser', 'turbo', '@typescript/native'],
    },
    'packages/*': {
      project: ['src/**/*.ts'],
    },
    // Each file directly below `src` of the next two is a function.
    'packages/handlers': { entry: ['src/*.ts'], project: ['src/**/*.ts'] },
    'packages/log-consumer': { entry: ['src/{log-consumer,sweeper}.ts'], project: ['src/**/*.ts'] },
    // Each file directly below `src` is a program.
    'packages/examples': { entry: ['src/*.ts', 'src/__fixtures__/run-host.ts'], project: ['src/**/*.ts'] },
    infra: { project: ['src/**/*.ts'] },
  },
  // A type that only its own file uses may still be what its readers look for.
  ignoreExportsUsedInFile: { interface: true, type: true },
};

export default config;
