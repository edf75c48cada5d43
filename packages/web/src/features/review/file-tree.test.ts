import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inTreeOrder, matchingFiles, treeRows } from './file-tree.ts';

const file = (path: string, oldPath: string | null = null) => ({ path, oldPath });
const shown = (files: ReturnType<typeof file>[], closed: string[] = []) =>
  treeRows(files, new Set(closed)).map(
    (row) => `${' '.repeat(row.depth)}${row.name}${row.kind === 'folder' ? '/' : ''}`,
  );

test('folders stand before files, and those with nothing beside them are joined', () => {
  const files = [
    file('README.md'),
    file('src/ui/code/a.ts'),
    file('src/ui/code/b.ts'),
    file('docs/x.md'),
    file('src/ui/z.ts'),
  ];
  expect(shown(files)).toEqual([
    'docs/',
    ' x.md',
    'src/ui/',
    ' code/',
    '  a.ts',
    '  b.ts',
    ' z.ts',
    'README.md',
  ]);
});

test('a closed folder shows how many files it hides', () => {
  const rows = treeRows([file('src/a/b.ts'), file('src/a/c.ts'), file('src/d.ts')], new Set(['src/a']));
  expect(rows.map(({ kind, name }) => [kind, name])).toEqual([
    ['folder', 'src'],
    ['folder', 'a'],
    ['file', 'd.ts'],
  ]);
  expect(rows[1]).toMatchObject({ count: 2, isOpen: false });
});

test('a repository inside is a file', () => {
  expect(shown([file('inner/')])).toEqual(['inner/']);
  expect(treeRows([file('inner/')], new Set())[0]?.kind).toBe('file');
});

test('a filter finds every word, in the old name too', () => {
  const files = [file('src/cart.ts'), file('src/basket.ts', 'src/trolley.ts'), file('test/cart.test.ts')];
  expect(matchingFiles(files, 'CART src').map(({ path }) => path)).toEqual(['src/cart.ts']);
  expect(matchingFiles(files, 'trolley').map(({ path }) => path)).toEqual(['src/basket.ts']);
  expect(matchingFiles(files, ' ')).toBe(files);
});

test('the tree holds each file once, whatever the paths', () => {
  const name = fc.constantFrom('a', 'b', 'ü', 'a b', '-x', '__proto__');
  const paths = fc.uniqueArray(
    fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  );
  fc.assert(
    fc.property(paths, (all) => {
      const files = all.map((path) => file(path));
      expect(
        inTreeOrder(files)
          .map(({ path }) => path)
          .sort(),
      ).toEqual([...all].sort());
    }),
  );
});
