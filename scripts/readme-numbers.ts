/** `node scripts/readme-numbers.ts`: copies the numbers of the last benchmark into the README; a test compares them. */
import { readFileSync, writeFileSync } from 'node:fs';

const MARK = '<!-- bench/results.md -->';
const PARAGRAPH = /^`npm run bench` .+(?:\n.+)*\n/m;
const TABLE = /^\|.+\n(?:\|.+\n)+/m;

const file = (path: string) => new URL(`../${path}`, import.meta.url);
const section = readFileSync(file('bench/results.md'), 'utf8').split('\n## Numbers to reach\n')[1] ?? '';
const table = TABLE.exec(section)?.[0];
const readme = readFileSync(file('README.md'), 'utf8').replace(new RegExp(`\\n${MARK}\\n(?:\\|.+\\n)*`), '');
const paragraph = PARAGRAPH.exec(readme)?.[0];
if (table === undefined || paragraph === undefined)
  throw new Error(
    'bench/results.md has no table of numbers, or the README no paragraph about `npm run bench`',
  );
writeFileSync(
  file('README.md'),
  readme.replace(paragraph, () => `${paragraph}\n${MARK}\n${table}`),
);
