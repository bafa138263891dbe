import type { Config } from 'jest';

/** Tests run as native ES modules on the Node that the functions run on; esbuild only removes the types. */
const config: Config = {
  roots: ['<rootDir>/packages', '<rootDir>/infra', '<rootDir>/scripts'],
  testMatch: ['**/*.test.ts', '**/*.property.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/cdk.out/', '/dist/'],
  modulePathIgnorePatterns: ['/cdk.out/', '/dist/'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '\\.tsx?$': '<rootDir>/scripts/jest-esbuild.mjs' },
  setupFilesAfterEnv: ['<rootDir>/scripts/property-seed.mjs'],
  testTimeout: 30_000,
};

export default config;
