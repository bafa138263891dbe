import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS, ERRORS, PERMISSION_GROUPS, PROVIDERS, type ProviderDescriptor } from '@weir/core';
import { anchors, codeBlocks, localLinks, tableAfter } from './__fixtures__/markdown.ts';
import { parametersTable } from './__fixtures__/parameters-table.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const markdownIn = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

const PAGES = ['README.md', ...markdownIn('docs'), ...markdownIn('packages/core/decisions')];

/** Cells of the table after `<!-- name -->`; a page without it fails. */
function rows(page: string, name: string): readonly (readonly string[])[] {
  const found = tableAfter(read(page), name);
  if (found === null) throw new Error(`${page} has no table after <!-- ${name} -->`);
  return found;
}
const code = (text: string) => `\`${text}\``;

describe.each(PAGES)('%s', (page) => {
  test('code is that of the examples, which run', () => {
    for (const { language, source, text, line } of codeBlocks(read(page))) {
      if (source !== null) expect(`line ${line}\n${text}`).toBe(`line ${line}\n${read(source)}`);
      else if (language === 'ts') throw new Error(`line ${line}: a program that no test runs`);
    }
  });

  test('links lead somewhere', () => {
    const lost = localLinks(read(page)).filter(({ file, anchor }) => {
      const target = file === '' ? page : join(dirname(page), file);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== '' && !anchors(read(target)).includes(anchor);
    });
    expect(lost).toEqual([]);
  });
});

test('every decision is listed', () => {
  const listed = localLinks(read('docs/architecture.md')).map(({ file }) => join('docs', file));
  expect(markdownIn('packages/core/decisions').filter((page) => !listed.includes(page))).toEqual([]);
});

test('every example is shown somewhere', () => {
  const shown = new Set(PAGES.flatMap((page) => codeBlocks(read(page)).map(({ source }) => source)));
  const examples = readdirSync(import.meta.dirname).filter((name) => /(?<!\.test)\.(ts|sh)$/.test(name));
  expect(examples.filter((name) => !shown.has(`packages/examples/src/${name}`))).toEqual([]);
});

test('the README has every package in its layout', () => {
  const packages = readdirSync(join(ROOT, 'packages')).filter((name) =>
    existsSync(join(ROOT, 'packages', name, 'package.json')),
  );
  const readme = read('README.md');
  expect(packages.filter((name) => !readme.includes(`| \`packages/${name}\` |`))).toEqual([]);
});

test('the table of errors is the table in core', () => {
  const written = rows('docs/errors.md', 'errors');
  const known = Object.values(ERRORS)
    .toSorted((one, other) => one.code - other.code)
    .map(({ code: number, status, blame, type, message, retry }) => [
      String(number),
      String(status),
      blame,
      code(type),
      message,
      retry === null ? '–' : retry ? 'yes' : 'no',
      expect.stringMatching(/\w/),
    ]);
  expect(written).toEqual(known);
});

test('the table of providers is the registry', () => {
  expect(rows('docs/providers.md', 'providers').map((row) => row.slice(0, 5))).toEqual(
    PROVIDERS.map((provider) => [
      provider.name,
      [provider.slug, ...provider.aliases].map(code).join(', '),
      provider.baseUrl === null ? 'set by the operator' : code(provider.baseUrl),
      [...provider.credentialHeaders, ...provider.credentialQuery.map((name) => `?${name}`)]
        .map(code)
        .join(', '),
      unified(provider),
    ]),
  );
});

/** What stands before the slash of `model`, or why nothing does. */
function unified(provider: ProviderDescriptor): string {
  const prefixes = new Set([provider.slug, ...provider.compatPrefixes, ...provider.authors]);
  const names = [...prefixes].map((prefix) => code(`${prefix}/`)).join(', ');
  if (!provider.translated) return 'no chat models';
  return provider.baseUrl === null ? `${names}, with a base URL from the operator` : names;
}

test('the table of parameters is what the translators do', () => {
  expect(rows('docs/parameters.md', 'parameters')).toEqual(parametersTable().slice(1));
});

/** Settings without a default: a gateway that nobody gave one to does not show them. */
const ABSENT = {
  dlp: undefined,
  cache_coalesce: undefined,
  circuit_breaker: undefined,
  prices: undefined,
  rate_limiting_fail_closed: undefined,
  rate_limits: undefined,
};

test('the table of settings has every setting with its default', () => {
  const defaults = Object.entries({ ...DEFAULT_SETTINGS, ...ABSENT }).map(([name, value]) => [
    code(name),
    value === undefined ? 'absent' : code(JSON.stringify(value)),
  ]);
  const written = rows('docs/configuration.md', 'settings').map((row) => row.slice(0, 2));
  expect(written.toSorted()).toEqual(defaults.toSorted());
});

test('the table of permissions is the list in core', () => {
  expect(rows('docs/configuration.md', 'permissions').map((row) => row.slice(0, 2))).toEqual(
    PERMISSION_GROUPS.map(({ name, id }) => [name, code(id)]),
  );
});

test('the page of the deployment tells how many functions and which alarms there are', () => {
  const template = JSON.parse(read('infra/cdk.out/Weir.template.json')) as {
    Resources: Record<string, { Type: string }>;
  };
  const named = (type: string) =>
    Object.keys(template.Resources).filter((id) => template.Resources[id]?.Type === type);
  const page = read('docs/deploy.md');
  const count = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
  expect(page).toContain(` ${count[named('AWS::Lambda::Function').length]} functions`);
  const told = rows('docs/deploy.md', 'alarms').map(([name = '']) => name.replaceAll('`', ''));
  const alarms = named('AWS::CloudWatch::Alarm').map((id) => id.replace(/[0-9A-F]{8}$/, ''));
  expect(told.toSorted()).toEqual(alarms.toSorted());
});

test('every header of ours has its place in the tables of headers', () => {
  const sources = ['core', 'handlers', 'management'].flatMap((name) => {
    const folder = join(ROOT, 'packages', name, 'src');
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /(?<!\.test)\.ts$/.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8'));
  });
  const headers = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/'((?:weir|cf-aig)(?:-[a-z]+)+)'/g)].map(([, name]) => name),
    ),
  );
  const page = read('docs/configuration.md');
  expect(headers.size).toBeGreaterThan(20);
  expect([...headers].filter((name) => !page.includes(`\`${name}`))).toEqual([]);
});

test('scripts that the docs run exist, and install what is missing first', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const ours = new Set(
    PAGES.flatMap((page) => [...read(page).matchAll(/\bnpm (?:run (\w+)|(start|test)\b)/g)]).map(
      ([, run, short]) => run ?? short,
    ),
  );
  expect([...ours].filter((name) => !scripts[`${name}`])).toEqual([]);
  for (const name of ours) expect(scripts[`pre${name}`]).toBe('node scripts/ensure-installed.mjs');
});

test('resources that the docs name are in the template', () => {
  const template = read('infra/cdk.out/Weir.template.json');
  const named = PAGES.flatMap((page) => [...read(page).matchAll(/--logical-resource-id (\w+)/g)]);
  expect(named.length).toBeGreaterThan(0);
  for (const [, id = ''] of named) expect(template).toContain(`"${id}": {`);
});

test('measured numbers in the README are those of the last benchmark', () => {
  const inReadme = tableAfter(read('README.md'), 'bench/results.md');
  const results = existsSync(join(ROOT, 'bench/results.md')) ? read('bench/results.md') : null;
  const measured = results?.split('\n## ').find((section) => section.startsWith('Numbers to reach'));
  expect(inReadme).toEqual(measured ? tableAfter(measured.replace(/\n\n/, '\n<!-- it -->\n'), 'it') : null);
});
