import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../store/store-fixture.ts';
import { withPathLinks } from './path-links.ts';

test('files that the words name are linked once, and nothing outside or of another kind', () => {
  using outer = temporaryFolder();
  const root = join(outer.path, 'work');
  mkdirSync(join(root, 'src'), { recursive: true });
  writeFileSync(join(outer.path, 'secret.txt'), 'no');
  writeFileSync(join(root, 'src/cart.ts'), 'export {}');
  writeFileSync(join(root, 'my notes.md'), 'notes');
  writeFileSync(join(root, 'shot.txt'), Buffer.from('89504e470d0a1a0a00', 'hex'));
  writeFileSync(join(root, 'data.bin'), Buffer.from([1, 0, 2]));
  symlinkSync('../secret.txt', join(root, 'link.txt'));
  const said =
    'See @src/cart.ts, (@src/cart.ts) and @"my notes.md". @shot.txt! @data.bin @src @../secret.txt @link.txt me@shot.txt @none';
  const links = withPathLinks([{ type: 'text', text: said }], root).slice(1);
  expect(links).toEqual([
    {
      type: 'resource_link',
      uri: pathToFileURL(join(root, 'src/cart.ts')).href,
      name: 'src/cart.ts',
      size: 9,
    },
    {
      type: 'resource_link',
      uri: pathToFileURL(join(root, 'my notes.md')).href,
      name: 'my notes.md',
      size: 5,
    },
    {
      type: 'resource_link',
      uri: pathToFileURL(join(root, 'shot.txt')).href,
      name: 'shot.txt',
      size: 9,
      mimeType: 'image/png',
    },
  ]);
  const linked = [{ type: 'text' as const, text: 'See @src/cart.ts' }, ...links.slice(0, 1)];
  expect(withPathLinks(linked, root)).toBe(linked);
});
