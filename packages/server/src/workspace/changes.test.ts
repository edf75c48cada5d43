import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_CHANGED_FILES, MAX_TEXT_BYTES, type ChangedFile } from '@pilotlight/protocol';
import { describe, expect, test } from 'vitest';
import { readChange } from './changed-file.ts';
import { listChanges, NO_CHANGES } from './changes.ts';
import { TempRepository } from './temp-repository.ts';

const BINARY = Buffer.from([1, 0, 10, 10]);
const file = (path: string, status: ChangedFile['status'], over: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  oldPath: null,
  status,
  additions: 0,
  deletions: 0,
  binary: false,
  ...over,
});
const uncounted = { additions: null, deletions: null };

/** A repository with a change of every kind, some of them committed, and where it began. */
function changed(): { repo: TempRepository; options: { worktreePath: string; baseCommit: string } } {
  const repo = new TempRepository();
  const lines = Array.from({ length: 20 }, (_, n) => `line ${n}\n`).join('');
  repo.commit('base', {
    'moved.txt': lines,
    'picture.bin': BINARY,
    'gone.txt': 'first\nsecond\n',
    '.gitignore': 'no\n',
  });
  const baseCommit = repo.git('rev-parse', 'HEAD');
  repo.git('mv', 'moved.txt', 'to here.txt');
  repo.git('rm', '-q', 'gone.txt');
  repo.commit('work', { 'committed.txt': '1\n' });
  repo.write({
    'a.txt': 'one\nTWO\nthree\n',
    'picture.bin': Buffer.concat([BINARY, BINARY]),
    'new dir/ü\ttab.txt': '1\n2\nno line feed',
    'new.bin': BINARY,
    'staged.txt': '1\n',
    'to here.txt': `${lines}more\n`,
    no: 'ignored\n',
  });
  repo.git('add', 'staged.txt');
  symlinkSync('/etc/passwd', join(repo.path, 'link'));
  mkdirSync(join(repo.path, 'nested'));
  repo.gitIn(join(repo.path, 'nested'), 'init', '-q');
  repo.commit('inner', { 'x.txt': '1\n' }, join(repo.path, 'nested'));
  return { repo, options: { worktreePath: repo.path, baseCommit } };
}

describe('changes', () => {
  test('are of every kind, by path, and leave the index alone', async () => {
    const { repo, options } = changed();
    using _repo = repo;
    const index = readFileSync(join(repo.path, '.git/index'));
    const changes = await listChanges(options);
    expect(changes.files).toEqual([
      file('a.txt', 'modified', { additions: 2, deletions: 1 }),
      file('committed.txt', 'added', { additions: 1 }),
      file('gone.txt', 'deleted', { deletions: 2 }),
      file('link', 'untracked', { additions: 1 }),
      file('nested/', 'untracked', uncounted),
      file('new dir/ü\ttab.txt', 'untracked', { additions: 3 }),
      file('new.bin', 'untracked', { ...uncounted, binary: true }),
      file('picture.bin', 'modified', { ...uncounted, binary: true }),
      file('staged.txt', 'added', { additions: 1 }),
      file('to here.txt', 'renamed', { oldPath: 'moved.txt', additions: 1 }),
    ]);
    expect(changes).toMatchObject({ base: options.baseCommit, truncated: false });
    expect(readFileSync(join(repo.path, '.git/index')).equals(index)).toBe(true);
  });

  test('say what a merge left in conflict', async () => {
    using repo = new TempRepository();
    const worktreePath = repo.path;
    const baseCommit = repo.git('rev-parse', 'HEAD');
    repo.git('checkout', '-q', '-b', 'other');
    repo.commit('theirs', { 'a.txt': 'theirs\n' });
    repo.git('checkout', '-q', 'main');
    repo.commit('ours', { 'a.txt': 'ours\n' });
    expect(() => repo.git('merge', 'other')).toThrow('merge');
    expect((await listChanges({ worktreePath, baseCommit })).files).toEqual([
      file('a.txt', 'conflicted', { additions: 5, deletions: 2 }),
    ]);
    const texts = await readChange({ worktreePath, baseCommit }, 'a.txt');
    expect(texts).toMatchObject({ status: 'conflicted', oldText: 'one\ntwo\n' });
    expect(texts.newText).toContain('<<<<<<<');
  });

  test('are everything while there is no commit, and nothing without git', async () => {
    using repo = new TempRepository(false);
    repo.write({ 'a.txt': '1\n', 'b.txt': '1\n2\n' });
    repo.git('add', 'a.txt');
    const options = { worktreePath: repo.path, baseCommit: null };
    expect(await listChanges(options)).toEqual({
      base: null,
      files: [file('a.txt', 'added', { additions: 1 }), file('b.txt', 'untracked', { additions: 2 })],
      additions: 3,
      deletions: 0,
      truncated: false,
    });
    expect(await readChange(options, 'a.txt')).toMatchObject({ oldText: null, newText: '1\n' });
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-plain-')));
    try {
      const plain = { worktreePath: folder, baseCommit: null };
      expect(await listChanges(plain)).toEqual(NO_CHANGES);
      await expect(readChange(plain, 'a.txt')).rejects.toMatchObject({ code: 'file_not_found' });
      const gone = listChanges({ ...plain, worktreePath: join(folder, 'gone') });
      await expect(gone).rejects.toMatchObject({ code: 'worktree_missing' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('are bounded, and say so', async () => {
    using repo = new TempRepository();
    const baseCommit = repo.git('rev-parse', 'HEAD');
    // Most are only in the index, for a file on the disk costs a hundred times as much.
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: repo.path, input: '1\n' });
    const tracked = Array.from({ length: MAX_CHANGED_FILES - 9 }, (_, n) => `tracked/${n}`);
    const feed = (input: string, ...args: string[]) =>
      execFileSync('git', ['update-index', ...args], { cwd: repo.path, input });
    feed(tracked.map((path) => `100644 ${String(blob).trim()}\t${path}\n`).join(''), '--index-info');
    feed(tracked.join('\n'), '--skip-worktree', '--stdin');
    repo.write(Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`between/${n}`, '1\n'])));
    const { truncated, additions, files } = await listChanges({ worktreePath: repo.path, baseCommit });
    const listed = { truncated, additions, files: files.length };
    expect(listed).toEqual({ truncated: true, additions: MAX_CHANGED_FILES, files: MAX_CHANGED_FILES });
    expect(files.filter(({ status }) => status === 'untracked')).toHaveLength(10);
  });

  test('of a submodule name its commits', async () => {
    using repo = new TempRepository();
    using other = new TempRepository();
    repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other.path, 'lib');
    const baseCommit = repo.commit('with a submodule');
    const before = other.git('rev-parse', 'HEAD');
    const after = repo.commit('inside', { 'x.txt': '1\n' }, join(repo.path, 'lib'));
    const options = { worktreePath: repo.path, baseCommit };
    const { files } = await listChanges(options);
    expect(files).toEqual([file('lib', 'modified', { additions: 1, deletions: 1 })]);
    expect(await readChange(options, 'lib')).toMatchObject({
      oldText: `Subproject commit ${before}\n`,
      newText: `Subproject commit ${after}\n`,
    });
  });
});

describe('one change', () => {
  test('has both texts, whatever its kind', async () => {
    const { repo, options } = changed();
    using _repo = repo;
    const read = (path: string) => readChange(options, path);
    const shown = { binary: false, tooLarge: false, oldPath: null };
    expect(await read('a.txt')).toEqual({
      ...shown,
      path: 'a.txt',
      status: 'modified',
      oldText: 'one\ntwo\n',
      newText: 'one\nTWO\nthree\n',
    });
    expect(await read('gone.txt')).toMatchObject({
      status: 'deleted',
      oldText: 'first\nsecond\n',
      newText: null,
    });
    expect(await read('committed.txt')).toMatchObject({ status: 'added', oldText: null, newText: '1\n' });
    expect(await read(join(repo.path, 'new dir', 'ü\ttab.txt'))).toMatchObject({
      path: 'new dir/ü\ttab.txt',
      status: 'untracked',
      oldText: null,
      newText: '1\n2\nno line feed',
    });
    const moved = await read('./to here.txt');
    expect(moved).toMatchObject({ path: 'to here.txt', oldPath: 'moved.txt', status: 'renamed' });
    expect(moved.newText).toBe(`${moved.oldText}more\n`);
    for (const path of ['picture.bin', 'new.bin'])
      expect(await read(path)).toMatchObject({ ...shown, oldText: null, newText: null, binary: true });
    // The link is shown, not what it leads to.
    expect(await read('link')).toMatchObject({ status: 'untracked', newText: '/etc/passwd' });
    expect(await read('nested')).toMatchObject({ status: 'untracked', oldText: null, newText: null });
  });

  test('is refused when it is none, or outside', async () => {
    const { repo, options } = changed();
    using _repo = repo;
    symlinkSync('/etc', join(repo.path, 'out'));
    for (const path of ['sub/b.txt', 'nothing', 'no', 'moved.txt', '*.txt', ':(top)a.txt', '.git/config'])
      await expect(readChange(options, path)).rejects.toMatchObject({ code: 'file_not_found' });
    for (const path of ['../x', '..', '.', '/etc/passwd', 'out/passwd'])
      await expect(readChange(options, path)).rejects.toMatchObject({ code: 'path_outside' });
  });

  test('has no texts when one side is too large', async () => {
    using repo = new TempRepository();
    const baseCommit = repo.commit('large', { 'large.txt': 'x'.repeat(MAX_TEXT_BYTES + 1) });
    repo.write({ 'large.txt': 'small\n', 'just.txt': 'y'.repeat(MAX_TEXT_BYTES) });
    const options = { worktreePath: repo.path, baseCommit };
    expect(await readChange(options, 'large.txt')).toMatchObject({
      oldText: null,
      newText: null,
      binary: false,
      tooLarge: true,
    });
    const just = await readChange(options, 'just.txt');
    expect(just).toMatchObject({ tooLarge: false });
    expect(just.newText).toHaveLength(MAX_TEXT_BYTES);
  });
});
