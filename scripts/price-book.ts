import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import { waitForUpdate } from '@pydantic/genai-prices';
import { convertSource } from '../packages/handlers/src/prices/convert-source.ts';
import { repository } from './run-tool.ts';

/**
 * Writes packages/core/src/money/book/bundled-book.ts, the price book that is always there, from the installed version of
 * `@pydantic/genai-prices` (MIT):
 *
 *     node scripts/price-book.ts <the date on which that version was published>
 */
const [, , date] = argv;
if (!date || !/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new Error('usage: price-book.ts <yyyy-mm-dd>');

const version = installedVersion('@pydantic/genai-prices');
const { book, notes } = convertSource(await waitForUpdate(), `genai-prices-${version}`, date);
const text = `// Written by scripts/price-book.ts from @pydantic/genai-prices ${version} (github.com/pydantic/genai-prices) of ${date}.
// MIT License, Copyright (c) Pydantic Services Inc. 2025 to present: LICENSE-genai-prices.txt.
import type { PackedBook } from './packed-book.ts';

export const BUNDLED_BOOK: PackedBook = {
  name: ${quoted(book.name)},
  date: ${quoted(book.date)},
  providers: {
${Object.entries(book.providers)
  .map(([slug, { also, models }]) => {
    const others = also === undefined ? '' : `\n      also: [${also.map(quoted).join(', ')}],`;
    return `    ${/^[a-z]+$/.test(slug) ? slug : quoted(slug)}: {${others}\n      models: [\n${models.map((line) => `        ${quoted(line)},\n`).join('')}      ],\n    },\n`;
  })
  .join('')}  },
};
`;
const file = join(repository, 'packages/core/src/money/book/bundled-book.ts');
writeFileSync(file, text);
for (const note of notes) stdout.write(`left out: ${note}\n`);
stdout.write(`${book.name}: ${text.length} characters\n`);

function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function installedVersion(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  const { version } = JSON.parse(readFileSync(join(entry, '../../package.json'), 'utf8'));
  return String(version);
}
