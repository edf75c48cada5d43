/** What a state does not hold of the disk: it is named, and the rest is there. On real git. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TempRepository } from '../temp-repository.ts';
import { fileClock } from './file-clock.ts';
import { MAX_FILE_BYTES } from './look.ts';
import { Shadow } from './shadow.ts';
import { takeSnapshot } from './snapshot.ts';

let repository: TempRepository;
let shadow: Shadow;
let path: string;
beforeEach(async () => {
  repository = new TempRepository();
  path = repository.path;
  const opened = await Shadow.open(path, join(repository.folder, 'shadows'));
  if (opened === null) throw new Error('no shadow');
  shadow = opened;
});
afterEach(() => repository[Symbol.dispose]());

const take = (cutoff?: bigint) =>
  takeSnapshot(shadow, { ignored: false, ...(cutoff === undefined ? {} : { cutoff: () => cutoff }) });
const names = (tree: string): string[] => repository.git('ls-tree', '-r', '--name-only', tree).split('\n');
const shown = (tree: string, name: string): string => repository.git('show', `${tree}:${name}`);

/** The file clock once it has gone on: what is written now is stamped later than what was written before. */
function later(): bigint {
  const before = fileClock(repository.folder);
  let now = before;
  while (now === before) now = fileClock(repository.folder);
  return now;
}

it('a file over the limit, and no other, is left out, also where it was held before', async () => {
  repository.write({ 'grows.bin': 'small', 'limit.bin': '' });
  truncateSync(join(path, 'limit.bin'), MAX_FILE_BYTES);
  expect((await take()).leftOut).toEqual([]);
  truncateSync(join(path, 'grows.bin'), MAX_FILE_BYTES + 1);
  repository.write({ 'b.txt': 'b' });
  const { tree, leftOut } = await take();
  expect(leftOut).toEqual([{ path: 'grows.bin', why: 'too_large' }]);
  expect(names(tree)).toEqual(['a.txt', 'b.txt', 'limit.bin', 'sub/b.txt']);
});

it('a file that cannot be read is left out, and one that is none stays as it was last known', async () => {
  const first = await take();
  rmSync(join(path, 'a.txt'));
  execFileSync('mkfifo', [join(path, 'a.txt')]);
  repository.write({ 'new.txt': 'new' });
  const { tree, leftOut } = await take();
  expect(leftOut).toEqual([{ path: 'a.txt', why: 'unreadable' }]);
  expect(shown(tree, 'a.txt')).toBe(shown(first.tree, 'a.txt'));
  expect(shown(tree, 'new.txt')).toBe('new');
});

it('a file of another user is left out', async () => {
  // Who runs the tests may read everything, so another looks.
  const isRoot = process.getuid?.() === 0;
  repository.write({ 'secret.txt': 'nobody reads this', 'new.txt': 'new' });
  chmodSync(join(path, 'secret.txt'), 0);
  const other = isRoot ? { uid: 65534, gid: 65534 } : {};
  if (isRoot) execFileSync('chown', ['-R', '65534:65534', repository.folder]);
  if (isRoot) execFileSync('chown', ['0:0', join(path, 'secret.txt')]);
  const program = `
    import { Shadow } from ${JSON.stringify(new URL('shadow.ts', import.meta.url).href)};
    import { takeSnapshot } from ${JSON.stringify(new URL('snapshot.ts', import.meta.url).href)};
    const shadow = await Shadow.open(process.cwd(), process.env.SHADOWS);
    console.log(JSON.stringify(await takeSnapshot(shadow, { ignored: false })));`;
  const env = {
    PATH: process.env['PATH'],
    HOME: repository.folder,
    SHADOWS: join(repository.folder, 'others'),
  };
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: path,
    env,
    encoding: 'utf8',
    ...other,
  });
  const { tree, leftOut } = JSON.parse(said) as Awaited<ReturnType<typeof take>>;
  expect(leftOut).toEqual([{ path: 'secret.txt', why: 'unreadable' }]);
  if (isRoot) execFileSync('chown', ['-R', '0:0', repository.folder]);
  expect(names(tree)).toEqual(['a.txt', 'new.txt', 'sub/b.txt']);
});

it('a file that is written to all the while is named, and held as it was at one moment', async () => {
  const log = join(path, 'server.log');
  repository.write({ 'server.log': 'begun\n', 'quiet.txt': 'quiet' });
  const git = shadow.git.bind(shadow);
  // Between each look at it and the read.
  const writing = vi.spyOn(shadow, 'git').mockImplementation((args, options) => {
    if (args[0] === 'update-index') appendFileSync(log, 'line\n');
    return git(args, options);
  });
  const { tree, leftOut } = await take();
  writing.mockRestore();
  expect(leftOut).toEqual([{ path: 'server.log', why: 'changing' }]);
  expect(shown(tree, 'quiet.txt')).toBe('quiet');
  expect(shown(tree, 'server.log')).toMatch(/^begun(\nline)+$/);
  const size = statSync(log).size;
  const later = await take();
  expect(later.leftOut).toEqual([]);
  expect(Number(repository.git('cat-file', '-s', `${later.tree}:server.log`))).toBe(size);
});

it('what was written after the prompt went out is as it was last known, and named; a file that went too', async () => {
  repository.write({ 'mine.txt': 'before', 'gone.txt': 'before', 'dir/gone.txt': 'before' });
  await take();
  repository.write({ 'mine.txt': 'mine, and not looked at yet', 'early.txt': 'early' });
  const sent = later();
  later();
  writeFileSync(join(path, 'a.txt'), 'of the agent');
  writeFileSync(join(path, 'new.txt'), 'of the agent');
  rmSync(join(path, 'gone.txt'));
  rmSync(join(path, 'dir'), { recursive: true });
  const { tree, leftOut } = await take(sent);
  expect(leftOut.toSorted((one, other) => (one.path < other.path ? -1 : 1))).toEqual(
    ['a.txt', 'dir/gone.txt', 'gone.txt', 'new.txt'].map((name) => ({ path: name, why: 'overtaken' })),
  );
  expect(names(tree)).toEqual(['a.txt', 'dir/gone.txt', 'early.txt', 'gone.txt', 'mine.txt', 'sub/b.txt']);
  expect(shown(tree, 'a.txt')).toBe('one\ntwo');
  expect(shown(tree, 'mine.txt')).toBe('mine, and not looked at yet');
});

it('a repository inside is held by its commit, and named whenever it has more than that', async () => {
  repository.git('init', '-q', 'inside');
  repository.git('init', '-q', 'empty');
  repository.commit('inside', { 'x.txt': 'x' }, join(path, 'inside'));
  const named = async () => (await take()).leftOut.map(({ path: one, why }) => [one, why]);
  expect(await named()).toEqual([['empty', 'repository']]);
  repository.write({ 'x.txt': 'changed' }, join(path, 'inside'));
  for (let look = 0; look < 2; look += 1) {
    expect(await named()).toEqual([
      ['empty', 'repository'],
      ['inside', 'repository'],
    ]);
  }
  // Another server knows no more than what its index says.
  const again = await Shadow.open(path, join(repository.folder, 'shadows'));
  if (again === null) throw new Error('no shadow');
  shadow = again;
  repository.write({ 'y.txt': 'untracked' }, join(path, 'inside'));
  expect(await named()).toHaveLength(2);
  repository.commit('more', {}, join(path, 'inside'));
  expect(await named()).toEqual([['empty', 'repository']]);
  rmSync(join(path, 'inside'), { recursive: true });
  rmSync(join(path, 'empty'), { recursive: true });
  expect(await named()).toEqual([]);
});

it('ignored files that are not to be held any more are asked for once, also where there were none', async () => {
  const asked = vi.spyOn(shadow, 'gitOk');
  await takeSnapshot(shadow, { ignored: true });
  await take();
  await take();
  expect(asked.mock.calls.filter(([args]) => args.includes('--ignored'))).toHaveLength(1);
});

it('an index that nobody changed is written as a tree once', async () => {
  const writes = vi.spyOn(shadow, 'gitOk');
  const count = (): number => writes.mock.calls.filter(([[command]]) => command === 'write-tree').length;
  const { tree } = await take();
  expect((await take()).tree).toBe(tree);
  expect(count()).toBe(1);
  repository.write({ 'a.txt': 'changed\n' });
  const changed = (await take()).tree;
  expect(shown(changed, 'a.txt')).toBe('changed');
  repository.write({ 'a.txt': 'one\ntwo\n' });
  expect((await take()).tree).toBe(tree);
  // What another has done to it, such as a restore that moved the worktree aside.
  const other = shadow.movedTo(path);
  await other.gitOk(['read-tree', changed]);
  expect(await shadow.writeTree()).toBe(changed);
});
