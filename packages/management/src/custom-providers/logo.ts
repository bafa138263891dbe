import { createHash } from 'node:crypto';

/** A provider's picture (spec 5.15), drawn from its name alone: its first letters on a colour of its own. Base64 of an SVG. */
export function logoOf(name: string): string {
  const [first = 0, second = 0] = createHash('sha256').update(name).digest();
  const hue = (first * 256 + second) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64"><rect width="64" height="64" rx="12" fill="hsl(${hue},55%,40%)"/><text x="32" y="32" dy=".35em" text-anchor="middle" font-family="sans-serif" font-size="28" fill="#fff">${escaped(initials(name))}</text></svg>`;
  return Buffer.from(svg).toString('base64');
}

/** Of the first two words, or the first letter of the only one. */
function initials(name: string): string {
  const words = name.split(/[\s_-]+/u).filter((word) => word !== '');
  const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return words
    .slice(0, 2)
    .map((word) => [...letters.segment(word)][0]?.segment ?? '')
    .join('')
    .toUpperCase();
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

const escaped = (text: string) =>
  text.toWellFormed().replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
