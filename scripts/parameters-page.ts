import { readFileSync, writeFileSync } from 'node:fs';
import { parametersTable } from '../packages/examples/src/__fixtures__/parameters-table.ts';

/** Writes the table of docs/parameters.md anew: `node scripts/parameters-page.ts`. A test holds the page to it. */
const page = new URL('../docs/parameters.md', import.meta.url);
const MARK = '<!-- parameters -->\n';
const text = readFileSync(page, 'utf8');
const start = text.indexOf(MARK) + MARK.length;
const end = text.indexOf('\n\n', start);
const table = parametersTable().map((row) => `| ${row.join(' | ')} |`);
table.splice(1, 0, '| --- | --- | --- |');
writeFileSync(page, text.slice(0, start) + table.join('\n') + text.slice(end === -1 ? text.length : end));
