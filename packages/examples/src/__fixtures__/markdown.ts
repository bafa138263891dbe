export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** The file under the project's root that the comment above the block names; null: the block has none. */
  readonly source: string | null;
  readonly line: number;
}

/** Fenced blocks. A source is named on the line above: `<!-- packages/examples/src/chat.sh -->`. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  const lines = markdown.split('\n');
  const blocks: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^```(\w*)$/.exec(lines[at] ?? '');
    if (!fence) continue;
    const end = lines.indexOf('```', at + 1);
    if (end === -1) throw new Error(`the block of line ${at + 1} has no end`);
    const source = /^<!-- (packages\/\S+) -->$/.exec(lines[at - 1] ?? '')?.[1] ?? null;
    const text = `${lines.slice(at + 1, end).join('\n')}\n`;
    blocks.push({ language: fence[1] ?? '', text, source, line: at + 1 });
    at = end;
  }
  return blocks;
}

/** Rows of the table that follows the comment `<!-- name -->`, without its head; null when there is no such comment. */
export function tableAfter(markdown: string, name: string): readonly (readonly string[])[] | null {
  const lines = markdown.split('\n');
  const start = lines.indexOf(`<!-- ${name} -->`);
  if (start === -1) return null;
  const rest = lines.slice(start + 1);
  const length = rest.findIndex((line) => !line.startsWith('|'));
  return rest
    .slice(0, length === -1 ? undefined : length)
    .slice(2)
    .map(cells);
}

const cells = (row: string): readonly string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

/** Links that stay in the repository: the file (empty: the same page) and the heading's anchor, if any. */
export function localLinks(markdown: string): readonly { readonly file: string; readonly anchor: string }[] {
  return [...markdown.matchAll(/\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)/g)].map(
    ([, file = '', anchor = '']) => ({
      file,
      anchor,
    }),
  );
}

/** The anchors that a page's headings make on GitHub. */
export function anchors(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
