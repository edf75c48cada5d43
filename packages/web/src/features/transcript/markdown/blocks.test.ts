import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blocksOf, growingBlocks, NO_BLOCKS } from './blocks.ts';

const TEXT = `# Title

First paragraph with \`code\` and **bold**.

- one
- two

  more of two
- [x] three

\`\`\`ts
const a = 1;

const b = 2;
\`\`\`

| a | b |
|---|---|
| 1 | 2 |

> quoted
> on

Last words.`;

function types(text: string): string[] {
  return blocksOf(text)
    .tokens.map(({ type }) => type)
    .filter((type) => type !== 'space');
}

test('a text falls into its blocks', () => {
  expect(types(TEXT)).toEqual(['heading', 'paragraph', 'list', 'code', 'table', 'blockquote', 'paragraph']);
});

test('blocks that a text has grown past keep their identity', () => {
  const cut = TEXT.indexOf('```ts') + 20;
  const before = blocksOf(TEXT.slice(0, cut));
  const after = blocksOf(TEXT, before);
  expect(after.tokens[0]).toBe(before.tokens[0]);
  expect(after.tokens[2]).toBe(before.tokens[2]);
  expect(after.starts.map((start, at) => TEXT.startsWith(after.tokens[at]?.raw ?? '', start))).not.toContain(
    false,
  );
});

test('grown in any pieces, a text has the blocks it has when it comes whole', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
      let blocks = NO_BLOCKS;
      let at = 0;
      for (let n = 0; at < TEXT.length; n += 1) {
        at += sizes[n % sizes.length] ?? 1;
        blocks = blocksOf(TEXT.slice(0, at), blocks);
      }
      expect(blocks.tokens.map(({ type, raw }) => [type, raw])).toEqual(
        blocksOf(TEXT).tokens.map(({ type, raw }) => [type, raw]),
      );
    }),
  );
});

test('a text that lost its beginning is cut anew', () => {
  const after = blocksOf('b\n\nc', blocksOf('a\n\nb'));
  expect(after.tokens.map(({ raw }) => raw).join('')).toBe('b\n\nc');
});

test('what a long block gains waits for a few words more, but never for ever', () => {
  const list = '- one of many items\n'.repeat(400);
  const before = blocksOf(list);
  expect(growingBlocks(`${list}- o`, before)).toBe(before);
  const grown = `${list}${'- more\n'.repeat(100)}`;
  expect(growingBlocks(grown, before).text).toBe(grown);
});

test.each([
  ['a paragraph of 1 MB', 'word *and* [more '.repeat(60_000)],
  ['quotes in quotes', `${'>'.repeat(50_000)} deep`],
  ['lists in lists', Array.from({ length: 400 }, (_, n) => `${'  '.repeat(n)}- ${n}`).join('\n')],
  ['list marks on one line', '- '.repeat(20_000)],
  ['a huge table', `|a|b|\n|-|-|\n${'|1|2|\n'.repeat(8_000)}`],
  ['emphasis without an end', '*_'.repeat(7_000)],
  ['brackets without an end', '[('.repeat(7_000)],
  ['backticks', Array.from({ length: 160 }, (_, n) => '`'.repeat(n)).join(' ')],
  ['html without an end', '<a '.repeat(5_000)],
])('%s is read in bounded time', (_, text) => {
  const start = performance.now();
  const { tokens } = blocksOf(text);
  expect(performance.now() - start).toBeLessThan(1_500);
  expect(tokens.map(({ raw }) => raw).join('')).toBe(text);
});
