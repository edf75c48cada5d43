/** Repositories that are not as most are, and worktrees that are not where they were: each is handled or refused clearly. */
import type { Chat, Session } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Home } from './composed-harness.ts';

let home: Home;
beforeAll(async () => {
  home = await Home.start();
});
afterAll(() => home[Symbol.asyncDispose]());

function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();
}

interface Begun {
  session: Session;
  chat: Chat;
  /** of its worktree */
  path: string;
  projectId: string;
}

/** A session in a folder, after its first turn. */
async function begin(folder: string, more: { base?: string; title?: string } = {}): Promise<Begun> {
  const { id: projectId } = await home.client.createProject({ path: folder });
  const { session, chat } = await home.client.createSession({ projectId, agent: 'demo', ...more });
  expect(await home.turn(chat, '/echo hi')).toMatchObject({ state: 'completed' });
  const now = await home.client.getSession(session.id);
  return { session: now, chat, path: now.worktree?.path ?? '', projectId };
}

async function noticesIn({ id }: Chat): Promise<string[]> {
  const { messages } = await home.client.listMessages(id, { limit: 100 });
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'notice' ? [part.text] : [])),
  );
}

/** What a session changed, once it is known. */
async function diffOf(sessionId: string): Promise<Session['diff']> {
  return vi.waitFor(async () => {
    const { diff } = await home.client.getSession(sessionId);
    expect(diff).not.toBeNull();
    return diff;
  });
}

describe('a repository', () => {
  it('with submodules: they are filled from the project, go with their session and come back as they were', async () => {
    const library = home.newRepository();
    const folder = home.newRepository();
    git(folder, 'submodule', 'add', '-q', library, 'vendor/a library');
    git(folder, 'commit', '-qm', 'with a library');
    writeFileSync(join(library, 'more.txt'), 'more\n');
    git(library, 'add', '-A');
    git(library, 'commit', '-qm', 'more');
    const newer = git(library, 'rev-parse', 'HEAD');
    const { session, path, chat } = await begin(folder);
    const inside = join(path, 'vendor/a library');
    expect(readFileSync(join(inside, 'README.md'), 'utf8')).toBe('hello\n');
    expect((await home.client.scripts.describe(session.id)).lacking).toEqual([]);
    expect(await diffOf(session.id)).toMatchObject({ files: 0 });
    const states = await home.client.checkpoints.list(session.id);

    git(inside, 'fetch', '-q');
    git(inside, 'checkout', '-q', newer);
    writeFileSync(join(inside, 'work.txt'), 'work\n');
    await expect(home.client.removeSession(session.id, 'keep')).rejects.toMatchObject({
      code: 'worktree_dirty',
      message: expect.stringContaining('vendor/a library'),
    });
    expect(readFileSync(join(inside, 'work.txt'), 'utf8')).toBe('work\n');
    rmSync(join(inside, 'work.txt'));
    git(join(folder, 'vendor/a library'), 'fetch', '-q');
    await home.client.removeSession(session.id, 'keep');
    expect(existsSync(path)).toBe(false);
    await home.client.checkpoints.bringBack(session.id);
    expect(git(inside, 'rev-parse', 'HEAD')).toBe(newer);
    expect(readFileSync(join(inside, 'more.txt'), 'utf8')).toBe('more\n');
    expect(git(path, 'status', '--porcelain')).toBe('M "vendor/a library"');
    expect(await home.turn(chat, '/echo again')).toMatchObject({ state: 'completed' });
    expect((await home.client.checkpoints.list(session.id)).length).toBeGreaterThan(states.length);
  });

  it('with a submodule that came with a turn, or is at a commit that was made there: a fork has it so', async () => {
    const [moving, added] = [home.newRepository(), home.newRepository()];
    const folder = home.newRepository();
    git(folder, 'submodule', 'add', '-q', moving, 'vendor/moving');
    git(folder, 'commit', '-qm', 'with a library');
    const { session, chat, path } = await begin(folder);
    await home.client.updatePolicy('session', session.id, { mode: 'allow_all' });
    git(path, 'submodule', 'add', '-q', added, 'vendor/added');
    const inside = join(path, 'vendor/moving');
    writeFileSync(join(inside, 'made here.txt'), 'made here\n');
    git(inside, 'add', '-A');
    git(inside, 'commit', '-qm', 'made here');
    const { id } = await home.turn(chat, '/run sleep 0.05');
    await home.running.drained();
    writeFileSync(join(path, 'later.txt'), 'later\n');

    const fork = await home.client.checkpoints.fork(id, {});
    const forked = fork.session.worktree?.path ?? '';
    expect(readFileSync(join(forked, 'vendor/added/README.md'), 'utf8')).toBe('hello\n');
    expect(readFileSync(join(forked, 'vendor/moving/made here.txt'), 'utf8')).toBe('made here\n');
    expect(git(join(forked, 'vendor/moving'), 'rev-parse', 'HEAD')).toBe(git(inside, 'rev-parse', 'HEAD'));
    expect(existsSync(join(forked, 'later.txt'))).toBe(false);
    expect(await noticesIn(fork.chat)).toEqual([]);
    // It is as it was: the next state of it differs in nothing.
    const { id: next } = await home.turn(fork.chat, '/echo on');
    await home.running.drained();
    const [then, now] = [
      await home.client.checkpoints.ofTurn(id),
      await home.client.checkpoints.ofTurn(next),
    ];
    expect(git(folder, 'rev-parse', `${now.before?.commit}^{tree}`)).toBe(
      git(folder, 'rev-parse', `${then.after?.commit}^{tree}`),
    );
    expect(now.after?.leftOut).toEqual([]);
  });

  it('with a submodule that is not on this disk: it is left empty, which is said, and the setup can fill it', async () => {
    const library = home.newRepository();
    const folder = home.newRepository();
    git(folder, 'submodule', 'add', '-q', library, 'vendor/a library');
    const setup = 'git -c protocol.file.allow=always submodule update -q --init';
    writeFileSync(join(folder, '.pilotlight.json'), JSON.stringify({ setup }));
    git(folder, 'add', '-A');
    git(folder, 'commit', '-qm', 'with a library');
    git(folder, 'submodule', 'deinit', '-q', '--all');
    rmSync(join(folder, '.git/modules'), { recursive: true });
    const { session, path } = await begin(folder);
    expect(readdirSync(join(path, 'vendor/a library'))).toEqual([]);
    const { lacking, hash } = await home.client.scripts.describe(session.id);
    expect(lacking).toEqual([
      { path: 'vendor/a library', why: expect.stringContaining('git submodule update --init') },
    ]);
    expect(await diffOf(session.id)).toMatchObject({ files: 0 });
    await home.client.scripts.allow(session.id, hash ?? '');
    const other = await begin(folder);
    expect(readFileSync(join(other.path, 'vendor/a library/README.md'), 'utf8')).toBe('hello\n');
  });

  it('with large files: pointers stay pointers, which is said, and a filter of the repository does not run', async () => {
    const folder = home.newRepository();
    const marker = join(home.folder, 'lfs-ran');
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;
    writeFileSync(join(folder, '.gitattributes'), '*.bin filter=lfs diff=lfs merge=lfs -text\n');
    writeFileSync(join(folder, 'large file.bin'), pointer);
    git(folder, 'add', '-A');
    git(folder, 'commit', '-qm', 'large');
    git(folder, 'config', 'filter.lfs.smudge', `touch '${marker}'; cat`);
    git(folder, 'config', 'filter.lfs.process', `touch '${marker}'`);
    git(folder, 'config', 'filter.lfs.required', 'true');
    const { session, path } = await begin(folder);
    expect(readFileSync(join(path, 'large file.bin'), 'utf8')).toBe(pointer);
    expect((await home.client.scripts.describe(session.id)).lacking).toEqual([
      { path: 'large file.bin', why: expect.stringContaining('git lfs install') },
    ]);
    expect(existsSync(marker)).toBe(false);
  });

  it('that is checked out sparsely: its worktrees are as sparse', async () => {
    const folder = home.newRepository();
    for (const name of ['wanted', 'unwanted']) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'x.txt'), 'x\n');
    }
    git(folder, 'add', '-A');
    git(folder, 'commit', '-qm', 'two folders');
    git(folder, 'sparse-checkout', 'set', 'wanted');
    const { session, path } = await begin(folder);
    expect(existsSync(join(path, 'wanted/x.txt'))).toBe(true);
    expect(existsSync(join(path, 'unwanted/x.txt'))).toBe(false);
    expect((await home.client.review.diff(session.id, { scope: 'session' })).files).toEqual([]);
    await home.client.removeSession(session.id);
    expect(existsSync(path)).toBe(false);
  });

  it('that is bare is refused as a project; a worktree of it is one', async () => {
    const source = home.newRepository();
    const bare = join(dirname(source), 'bare repository.git');
    git(source, 'clone', '-q', '--bare', source, bare);
    await expect(home.client.createProject({ path: bare })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('is a bare repository'),
    });
    const linked = join(dirname(source), 'linked');
    git(bare, 'worktree', 'add', '-q', linked, 'main');
    const { path } = await begin(linked);
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('hello\n');
  });

  it('whose project is itself a linked worktree: sessions start from what is checked out there', async () => {
    const source = home.newRepository();
    const linked = join(dirname(source), 'linked');
    git(source, 'worktree', 'add', '-q', '-b', 'side', linked);
    writeFileSync(join(linked, 'side.txt'), 'side\n');
    git(linked, 'add', '-A');
    git(linked, 'commit', '-qm', 'side');
    const { session, path } = await begin(linked);
    expect(readFileSync(join(path, 'side.txt'), 'utf8')).toBe('side\n');
    await home.client.removeSession(session.id);
    expect(existsSync(linked)).toBe(true);
  });

  it('with spaces, quotes and letters beyond ASCII in folder, files and branch', async () => {
    const source = home.newRepository();
    const folder = join(dirname(source), `größer 'quoted" 日本`);
    renameSync(source, folder);
    git(folder, 'checkout', '-q', '-b', 'feature/äö 日本'.replace(' ', '-'));
    writeFileSync(join(folder, 'ü "x" 日.txt'), '1\n');
    git(folder, 'add', '-A');
    git(folder, 'commit', '-qm', 'beyond');
    git(folder, 'checkout', '-q', 'main');
    const { session, path, chat } = await begin(folder, { base: 'feature/äö-日本', title: 'Größe "日本"' });
    expect(readFileSync(join(path, 'ü "x" 日.txt'), 'utf8')).toBe('1\n');
    writeFileSync(join(path, 'neu ß.txt'), 'neu\n');
    await home.turn(chat, '/echo again');
    expect((await home.client.review.diff(session.id, { scope: 'session' })).files).toMatchObject([
      { path: 'neu ß.txt' },
    ]);
  });

  it('on a disk that takes "A" and "a" for the same: names of folders and branches never differ by that alone', async () => {
    const folder = home.newRepository();
    git(folder, 'config', 'core.ignoreCase', 'true');
    const one = await begin(folder, { title: 'Fix The Cart' });
    const two = await begin(folder, { title: 'fix the cart' });
    const [a, b] = [one, two].map(({ session }) => session.worktree?.branch.toLowerCase());
    expect(a).not.toBe(b);
    expect(one.path.toLowerCase()).not.toBe(two.path.toLowerCase());
    expect(one.session.worktree?.branch).toBe(a);
  });

  it('without a commit is refused with what to do, and works in place', async () => {
    const { id: projectId } = await home.client.createProject({ path: home.newRepository(false) });
    await expect(home.client.createSession({ projectId })).rejects.toMatchObject({
      code: 'repository_empty',
      message: expect.stringContaining('in place'),
    });
    const { chat } = await home.client.createSession({ projectId, agent: 'demo', inPlace: true });
    expect(await home.turn(chat, '/echo hi')).toMatchObject({ state: 'completed' });
  });

  it('without a commit, in place: its states are kept, undone and restored, and a fork is refused with why', async () => {
    const folder = home.newRepository(false);
    const { id: projectId } = await home.client.createProject({ path: folder });
    const { session, chat } = await home.client.createSession({ projectId, agent: 'demo', inPlace: true });
    await home.client.updatePolicy('session', session.id, { mode: 'allow_all' });
    await home.turn(chat, '/echo first');
    const { id } = await home.turn(chat, '/run sleep 0.05; echo made > made.txt');
    await home.running.drained();
    const { files } = await home.client.checkpoints.undo(id, {});
    expect(files).toEqual([{ path: 'made.txt', change: 'deleted' }]);
    const { after } = await home.client.checkpoints.ofTurn(id);
    await home.client.checkpoints.restore(session.id, { checkpointId: after?.id ?? '' });
    expect(readFileSync(join(folder, 'made.txt'), 'utf8')).toBe('made\n');
    await expect(home.client.checkpoints.fork(id, {})).rejects.toMatchObject({ code: 'repository_empty' });
    expect(git(folder, 'status', '--porcelain')).toBe('A  README.md\n?? made.txt');
  });

  it('whose objects are named by SHA-256, and whose git folder lies elsewhere', async () => {
    const folder = home.newFolder();
    git(folder, 'init', '-q', '-b', 'main', '--object-format=sha256', `--separate-git-dir=${folder}.git`);
    writeFileSync(join(folder, 'README.md'), 'hello\n');
    git(folder, 'add', '-A');
    git(folder, 'commit', '-qm', 'first');
    const { session, chat, path } = await begin(folder);
    writeFileSync(join(path, 'mine.txt'), 'mine\n');
    const { id } = await home.turn(chat, '/echo on');
    await home.running.drained();
    const fork = await home.client.checkpoints.fork(id, {});
    expect(readFileSync(join(fork.session.worktree?.path ?? '', 'mine.txt'), 'utf8')).toBe('mine\n');
    const selection = { files: [{ path: 'mine.txt' }] };
    await home.client.review.stage(session.id, selection);
    expect(git(path, 'status', '--porcelain')).toBe('A  mine.txt');
    await home.client.review.unstage(session.id, selection);
    await home.client.removeSession(session.id, 'keep');
    await home.client.checkpoints.bringBack(session.id);
    expect(git(path, 'status', '--porcelain')).toBe('?? mine.txt');
    rmSync(path, { recursive: true });
    expect(await home.client.repairSession(session.id)).toMatchObject({ how: 'recreated' });
    expect(readFileSync(join(path, 'mine.txt'), 'utf8')).toBe('mine\n');
  });

  it('that lacks contents, which a partial clone fetches when they are wanted: what is missing is said', async () => {
    const source = home.newRepository(true, { 'old.txt': 'only in the past\n' });
    const past = git(source, 'rev-parse', 'HEAD');
    git(source, 'rm', '-q', 'old.txt');
    git(source, 'commit', '-qm', 'without it');
    git(source, 'config', 'uploadpack.allowFilter', 'true');
    const partial = join(dirname(source), 'partial');
    git(source, 'clone', '-q', '--filter=blob:none', `file://${source}`, partial);
    const { path, chat } = await begin(partial);
    writeFileSync(join(path, 'mine.txt'), 'mine\n');
    expect(await home.turn(chat, '/echo on')).toMatchObject({ state: 'completed' });
    const { id: projectId } = await home.client.createProject({ path: partial });
    const old = await home.client.createSession({ projectId, agent: 'demo', base: past });
    const failed = await home.turn(old.chat, '/echo on');
    expect(failed).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('git fetch --refetch --no-filter') },
    });
    expect(git(partial, 'worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(2);
    git(partial, 'fetch', '-q', '--refetch', '--no-filter');
    expect(await home.turn(old.chat, '/echo on')).toMatchObject({ state: 'completed' });
  });

  it('that is reached by a link', async () => {
    const folder = home.newRepository();
    const link = join(dirname(folder), 'link');
    symlinkSync(folder, link);
    const { path, projectId } = await begin(link);
    expect((await home.client.createProject({ path: folder })).id).toBe(projectId);
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('hello\n');
  });

  it('that is a shallow clone', async () => {
    const source = home.newRepository();
    git(source, 'commit', '-q', '--allow-empty', '-m', 'second');
    const shallow = join(dirname(source), 'shallow');
    git(source, 'clone', '-q', '--depth', '1', `file://${source}`, shallow);
    const { session, path, chat } = await begin(shallow);
    writeFileSync(join(path, 'new.txt'), 'new\n');
    await home.turn(chat, '/echo again');
    expect((await home.client.review.diff(session.id, { scope: 'session' })).files).toHaveLength(1);
  });
});

describe('a worktree behind our back', () => {
  it('moved with git: the next turn finds it', async () => {
    const folder = home.newRepository();
    const { session, chat, path } = await begin(folder);
    writeFileSync(join(path, 'work.txt'), 'work\n');
    const elsewhere = join(home.folder, `moved ${session.id}`);
    git(folder, 'worktree', 'move', path, elsewhere);
    expect(await home.turn(chat, '/echo again')).toMatchObject({ state: 'completed' });
    expect((await home.client.getSession(session.id)).worktree?.path).toBe(elsewhere);
    expect((await home.client.review.diff(session.id, { scope: 'session' })).files).toMatchObject([
      { path: 'work.txt' },
    ]);
  });

  it('moved by hand: no turn runs anywhere else, and once git was told it is found', async () => {
    const folder = home.newRepository();
    const { session, chat, path } = await begin(folder);
    const elsewhere = join(home.folder, `by hand ${session.id}`);
    renameSync(path, elsewhere);
    expect(await home.turn(chat, '/echo again')).toMatchObject({
      state: 'failed',
      error: { code: 'worktree_missing', message: expect.stringContaining('session repair') },
    });
    expect(existsSync(path)).toBe(false);
    git(folder, 'worktree', 'repair', elsewhere);
    expect(await home.client.repairSession(session.id)).toMatchObject({
      how: 'moved',
      session: { worktree: { path: elsewhere } },
    });
    expect(await home.turn(chat, '/echo again')).toMatchObject({ state: 'completed' });
  });

  it('moved by hand, and forgotten by git since: it is made again, and the folder that was moved stays as it is', async () => {
    const folder = home.newRepository();
    const { session, chat, path } = await begin(folder);
    writeFileSync(join(path, 'work.txt'), 'work\n');
    await home.turn(chat, '/echo kept');
    await home.running.drained();
    const elsewhere = join(home.folder, `forgotten ${session.id}`);
    renameSync(path, elsewhere);
    writeFileSync(join(elsewhere, 'work.txt'), 'went on there\n');
    git(folder, 'worktree', 'prune');
    expect(await home.turn(chat, '/echo again')).toMatchObject({
      state: 'failed',
      error: { code: 'worktree_missing' },
    });
    expect(await home.client.repairSession(session.id)).toMatchObject({ how: 'recreated' });
    expect(readFileSync(join(path, 'work.txt'), 'utf8')).toBe('work\n');
    expect(readFileSync(join(elsewhere, 'work.txt'), 'utf8')).toBe('went on there\n');
    expect(await home.turn(chat, '/echo again')).toMatchObject({ state: 'completed' });
  });

  it('on another branch than it was made with: it goes and comes back on that', async () => {
    const { session, chat, path } = await begin(home.newRepository());
    git(path, 'checkout', '-q', '-b', 'of-the-user');
    writeFileSync(join(path, 'mine.txt'), 'mine\n');
    git(path, 'add', '-A');
    git(path, 'commit', '-qm', 'mine');
    writeFileSync(join(path, 'loose.txt'), 'loose\n');
    await home.client.removeSession(session.id, 'keep');
    await home.client.checkpoints.bringBack(session.id);
    expect(git(path, 'branch', '--show-current')).toBe('of-the-user');
    expect(git(path, 'status', '--porcelain')).toBe('?? loose.txt');
    expect(await home.turn(chat, '/echo again')).toMatchObject({ state: 'completed' });
  });

  it('that lost its .git file: it is linked again, every file as it was', async () => {
    const { session, path } = await begin(home.newRepository());
    writeFileSync(join(path, 'work.txt'), 'work\n');
    rmSync(join(path, '.git'));
    expect(await home.client.repairSession(session.id)).toMatchObject({ how: 'linked' });
    expect((await home.client.review.diff(session.id, { scope: 'session' })).files).toMatchObject([
      { path: 'work.txt' },
    ]);
    expect(await home.client.repairSession(session.id)).toMatchObject({ how: 'present' });
  });

  it('deleted: it is never silently empty, and is made again from its branch when asked', async () => {
    const { session, chat, path } = await begin(home.newRepository());
    writeFileSync(join(path, 'committed.txt'), 'kept\n');
    git(path, 'add', '-A');
    git(path, 'commit', '-qm', 'kept');
    rmSync(path, { recursive: true });
    expect(await home.turn(chat, '/echo again')).toMatchObject({
      state: 'failed',
      error: { code: 'worktree_missing' },
    });
    const { how, session: after } = await home.client.repairSession(session.id);
    expect(how).toBe('recreated');
    expect(after.worktree?.branch).toBe(session.worktree?.branch);
    expect(readFileSync(join(after.worktree?.path ?? '', 'committed.txt'), 'utf8')).toBe('kept\n');
    expect(await home.turn(chat, '/echo again')).toMatchObject({ state: 'completed' });
  });

  it('deleted, its branch checked out elsewhere meanwhile: refused with where', async () => {
    const folder = home.newRepository();
    const { session, path } = await begin(folder);
    rmSync(path, { recursive: true });
    git(folder, 'worktree', 'prune');
    git(folder, 'checkout', '-q', session.worktree?.branch ?? '');
    await expect(home.client.repairSession(session.id)).rejects.toMatchObject({
      code: 'worktree_failed',
      message: expect.stringContaining(`checked out in ${folder}`),
    });
  });

  it('whose project was moved: it is linked to the new place', async () => {
    const folder = home.newRepository();
    const { session, chat, path, projectId } = await begin(folder);
    // Nobody looks at this one before the project is moved.
    const other = await begin(folder);
    await home.running.drained();
    writeFileSync(join(path, 'work.txt'), 'work\n');
    const elsewhere = join(dirname(folder), 'new place');
    await expect(home.client.updateProject(projectId, { path: elsewhere })).rejects.toMatchObject({
      code: 'conflict',
    });
    renameSync(folder, elsewhere);
    expect(await home.turn(chat, '/echo again')).toMatchObject({ state: 'failed' });
    expect(await home.client.updateProject(projectId, { path: elsewhere })).toMatchObject({
      path: elsewhere,
    });
    const turn = await home.turn(chat, '/echo again');
    expect(turn).toMatchObject({ state: 'completed' });
    await home.running.drained();
    const { id } = await home.turn(other.chat, '/echo too');
    await home.running.drained();
    expect((await home.client.checkpoints.ofTurn(id)).after).not.toBeNull();
    // What was known of the old place does not count, and states of before are still there.
    const { after } = await home.client.checkpoints.ofTurn(turn.id);
    expect(git(elsewhere, 'show', `${after?.commit}:work.txt`)).toBe('work');
    const states = await home.client.checkpoints.list(session.id);
    writeFileSync(join(path, 'work.txt'), 'changed\n');
    await home.client.checkpoints.restore(session.id, { checkpointId: after?.id ?? '' });
    expect(readFileSync(join(path, 'work.txt'), 'utf8')).toBe('work\n');
    for (const { commit } of states) expect(git(elsewhere, 'cat-file', '-t', commit)).toBe('commit');
    expect((await home.client.review.diff(session.id, { scope: 'session' })).files).toMatchObject([
      { path: 'work.txt' },
    ]);
  });
});
