import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listFolders } from './list-folders.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-folders-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('lists the folders by name, and says which are repositories', async () => {
  for (const name of ['shop/.git', 'api 10', 'api 9', 'Zoo', '.hidden', 'elsewhere'])
    mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, 'file'), '');
  symlinkSync('elsewhere', join(root, 'linked'));
  symlinkSync('file', join(root, 'linked-file'));
  symlinkSync('nowhere', join(root, 'dangling'));
  const listed = await listFolders(root, false);
  expect(listed).toMatchObject({ path: root, parent: join(root, '..'), kind: 'folder', truncated: false });
  expect(listed.folders.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
    'api 9: folder',
    'api 10: folder',
    'elsewhere: folder',
    'linked: folder',
    'shop: git',
    'Zoo: folder',
  ]);
  expect(listed.folders[4]).toEqual({ name: 'shop', path: join(root, 'shop'), kind: 'git' });
  expect(await listFolders(join(root, 'shop'), false)).toMatchObject({ kind: 'git', folders: [] });
  expect((await listFolders(root, true)).folders.map(({ name }) => name)).toContain('.hidden');
  expect((await listFolders('/', false)).parent).toBeNull();
});

it('lists the first thousand of very many, and says that there are more', async () => {
  for (let n = 0; n < 1001; n += 1) mkdirSync(join(root, `f${n}`));
  const { folders, truncated } = await listFolders(root, false);
  expect({ count: folders.length, truncated, last: folders.at(-1)?.name }).toEqual({
    count: 1000,
    truncated: true,
    last: 'f999',
  });
});

it.each([
  ['what is not there', () => join(root, 'nowhere'), 'not_found'],
  ['a file', () => join(root, 'file'), 'invalid_request'],
  ['a path with a NUL', () => `${root}\0x`, 'invalid_request'],
  ['a path that is far too long', () => `/${'x'.repeat(5000)}`, 'invalid_request'],
  ['a symlink to itself', () => join(root, 'circle'), 'invalid_request'],
])('refuses %s', async (_, path, code) => {
  writeFileSync(join(root, 'file'), '');
  symlinkSync('circle', join(root, 'circle'));
  await expect(listFolders(path(), false)).rejects.toMatchObject({ code });
});

it('says that a folder may not be read', () => {
  const closed = join(root, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o000);
  chmodSync(root, 0o755);
  // Root may read everything, so the attempt is made as somebody else.
  const script = `
    const { listFolders } = await import(${JSON.stringify(new URL('./list-folders.ts', import.meta.url).href)});
    if (process.getuid?.() === 0) process.setuid(65534);
    await listFolders(process.argv[1], false).catch((error) => console.log(error.code + ' ' + error.message));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script, closed], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(said).toBe(`forbidden The user this server runs as may not read the folder ${closed}.\n`);
});
