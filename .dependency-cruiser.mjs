/**
 * Which way imports go (design: handlers, log-consumer, local-host → stores → core). `npm test` holds the code to it;
 * scripts/import-direction.test.ts holds these rules to their word.
 *
 * TypeScript 7 has no compiler API for JavaScript, and dependency-cruiser needs one to see type-only imports. That is
 * why `typescript` in package.json is TypeScript 6 under its compatibility name, and `tsc` comes from version 7.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TESTS = '(\\.(test|property\\.test|types\\.test|bench)|-for-test)\\.ts$|/__fixtures__/';

const CORE = '^packages/core/src';

/** What every part of core may build on: none of it knows of a provider, a dialect or a stage. */
const FOUNDATIONS = `${CORE}/((errors|form|http|streaming)/|(assert-never|ids|secret)\\.ts$)`;

/** `packages/core/src/providers/<slug>/`; the folders there without a descriptor hold what providers share. */
const PROVIDER = `${CORE}/providers/(${foldersWith('packages/core/src/providers', 'descriptor.ts').join('|')})/`;

/** The files that packages export: the only ones that another package may use. */
const DOORS = foldersWith('packages', 'package.json').flatMap((name) => {
  const { exports = {} } = JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
  return Object.values(exports).map(
    (file) => `^packages/${name}/${file.replace('./', '').replaceAll('.', '\\.')}$`,
  );
});

function foldersWith(parent, file) {
  return existsSync(parent)
    ? readdirSync(parent).filter((folder) => existsSync(join(parent, folder, file)))
    : [];
}

/** @param {string} from a package @param {readonly string[]} allowed the packages whose code it may use */
function mayOnlyUse(from, allowed, comment) {
  return {
    name: `${from}-uses-only-${allowed.join('-') || 'itself'}`,
    comment,
    severity: 'error',
    from: { path: `^packages/${from}/`, pathNot: TESTS },
    to: { path: '^(packages|infra|scripts|bench)/', pathNot: `^packages/(${[from, ...allowed].join('|')})/` },
  };
}

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that leads nowhere escapes every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'through-the-door',
      comment: 'Another package is used by its name, so by what it exports.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', ...DOORS] },
    },

    mayOnlyUse('core', [], 'Core is the bottom: every rule in it can be tested in milliseconds.'),
    mayOnlyUse('stores', ['core'], 'Stores put the ports of core on AWS.'),
    mayOnlyUse('management', ['core'], 'The control plane sees stores as ports only.'),
    mayOnlyUse(
      'log-consumer',
      ['core', 'stores'],
      'The log plane meets the others in tables, bucket and queue.',
    ),
    mayOnlyUse('handlers', ['core', 'stores', 'management'], 'Handlers join the planes to Lambda.'),
    mayOnlyUse('local-host', ['core'], 'It runs the bundles, as AWS does, and so knows no source of theirs.'),
    mayOnlyUse('testkit', ['core', 'stores'], 'Tests of all packages share it.'),
    mayOnlyUse('examples', [], 'Examples are what a user writes: they know the gateway by its URL.'),
    {
      name: 'infra-uses-only-core',
      comment: 'The template names paths, errors and limits that core knows; it runs nothing.',
      severity: 'error',
      from: { path: '^infra/' },
      to: { path: '^(packages|scripts|bench)/', pathNot: '^packages/core/' },
    },
    {
      name: 'nobody-uses-tests',
      comment: 'What is deployed needs neither tests nor what serves them.',
      severity: 'error',
      from: { path: '^(packages|infra)/', pathNot: `${TESTS}|^packages/(testkit|examples|end-to-end)/` },
      to: { path: `${TESTS}|^packages/testkit/|^node_modules/(@jest|jest|fast-check)/` },
    },

    {
      name: 'core-is-pure',
      comment: 'No SDK, no file, no socket: only computation. What the world does comes in through ports.',
      severity: 'error',
      from: { path: `${CORE}/`, pathNot: TESTS },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto|net|util|zlib)$' },
    },
    {
      name: 'core-has-no-dependencies',
      comment: 'The one exception is the parser at the edges; routes, which load apart, have two more.',
      severity: 'error',
      from: { path: `${CORE}/`, pathNot: TESTS },
      to: { path: '(^|/)node_modules/', pathNot: '(^|/)node_modules/(zod|sift|re2js)/' },
    },
    {
      name: 'only-conditions-match',
      comment:
        'The matcher and the regular expressions of routes stay behind their door, out of the eager bundles.',
      severity: 'error',
      from: { path: '^(packages|infra|scripts)/', pathNot: `${CORE}/routing/condition/` },
      to: { path: '(^|/)node_modules/(sift|re2js)/' },
    },
    {
      name: 'foundations-know-nobody',
      comment: 'Providers, dialects and stages stand on these, never the other way round.',
      severity: 'error',
      from: { path: FOUNDATIONS, pathNot: TESTS },
      to: {
        path: `${CORE}/(dialects|gateway|identity|pipeline|policy|providers)/`,
        // What a provider is, not which there are.
        pathNot: `${CORE}/providers/descriptor\\.ts$`,
      },
    },
    {
      name: 'providers-stand-alone',
      comment:
        'A provider is data and small functions on the foundations and on the dialects it speaks; it never learns of another one.',
      severity: 'error',
      from: { path: PROVIDER, pathNot: TESTS },
      to: {
        path: '^packages/',
        pathNot: [
          FOUNDATIONS,
          `${CORE}/dialects/`,
          `${CORE}/providers/$1/`,
          `${CORE}/providers/(?!registry)[^/]+\\.ts$`,
          // What places and keys look like is nobody's own.
          `${CORE}/providers/credential/(credential|place-names)\\.ts$`,
        ],
      },
    },
    {
      name: 'only-the-registries-know-providers',
      comment:
        'Everyone else finds a provider in one of the two registries: what it is, how it is spoken to.',
      severity: 'error',
      from: {
        path: `${CORE}/`,
        pathNot: [
          TESTS,
          PROVIDER,
          `${CORE}/providers/registry\\.ts$`,
          `${CORE}/translation/provider-translations\\.ts$`,
        ],
      },
      to: { path: PROVIDER },
    },
    {
      name: 'dialects-stand-alone',
      comment: 'Translate into the form and out of it, never across.',
      severity: 'error',
      from: { path: `${CORE}/dialects/([^/]+)/`, pathNot: TESTS },
      to: {
        path: `${CORE}/(dialects|providers)/`,
        pathNot: [`${CORE}/dialects/$1/`, `${CORE}/dialects/[^/]+\\.ts$`],
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|cdk\\.out)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
};
