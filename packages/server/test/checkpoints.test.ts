/** Checkpoints, restores, undoing, forks, and sessions that are removed and brought back, over the whole server. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../src/store/open-store.ts';
import { Home, say, type Desk } from './composed-harness.ts';

let home: Home;
beforeEach(async () => {
  home = await Home.start();
});
afterEach(() => home[Symbol.asyncDispose]());

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
    cwd,
    encoding: 'utf8',
  }).trimEnd();

interface Worked extends Desk {
  /** of the worktree */
  path: string;
  read(name: string): string | null;
  write(name: string, text: string): void;
  /** A turn of the demo agent that runs this in the worktree, no sooner than a model could have answered. Gives its id. */
  run(command: string): Promise<string>;
}

/** A session whose worktree is there, after one turn that changed nothing. */
async function work(inPlace = false): Promise<Worked> {
  const folder = home.newRepository();
  writeFileSync(join(folder, '.gitignore'), '*.log\n');
  git(folder, 'add', '.');
  git(folder, 'commit', '-qm', 'rules');
  const desk = await home.desk('demo', folder, inPlace);
  await home.client.updatePolicy('session', desk.session.id, { mode: 'allow_all' });
  const run = async (command: string): Promise<string> => {
    const { id, state } = await home.turn(desk.chat, `/run sleep 0.05; ${command}`);
    expect(state).toBe('completed');
    await home.running.drained();
    return id;
  };
  await run('true');
  const path = (await home.client.getSession(desk.session.id)).worktree?.path ?? folder;
  return {
    ...desk,
    path,
    run,
    read: (name) => (existsSync(join(path, name)) ? readFileSync(join(path, name), 'utf8') : null),
    write: (name, text) => writeFileSync(join(path, name), text),
  };
}

/** What no restore may touch. */
const untouched = (path: string): string =>
  [git(path, 'rev-parse', 'HEAD'), git(path, 'ls-files', '-s'), git(path, 'stash', 'list')].join('\n');

describe('a turn', () => {
  it.each([false, true])(
    'is kept before and after, and says what it alone has changed (in place: %s)',
    async (inPlace) => {
      const w = await work(inPlace);
      await w.run('echo one > mine.txt');
      w.write('theirs.txt', 'by hand\n');
      const id = await w.run('printf "two\\nlines\\n" > new.txt; echo more >> README.md; echo no > a.log');
      expect((await home.client.getTurn(id)).diff).toEqual({ files: 2, additions: 3, deletions: 0 });
      const { before, after } = await home.client.checkpoints.ofTurn(id);
      const files = (commit = ''): string[] =>
        git(w.path, 'ls-tree', '-r', '--name-only', commit).split('\n');
      expect(files(before?.commit)).toEqual(['.gitignore', 'README.md', 'mine.txt', 'theirs.txt']);
      expect(files(after?.commit)).toEqual(['.gitignore', 'README.md', 'mine.txt', 'new.txt', 'theirs.txt']);
      expect(git(w.path, 'rev-parse', `${after?.commit}^`)).toBe(git(w.path, 'rev-parse', 'HEAD'));
      const ref = `refs/pilotlight/checkpoints/${w.session.id}/${after?.commit}`;
      expect(git(w.folder, 'rev-parse', ref)).toBe(after?.commit);
      expect(git(w.path, 'status', '--porcelain').split('\n')).toContain('?? new.txt');
    },
  );

  it('goes on in a folder without git, and has no checkpoints', async () => {
    const desk = await home.desk('demo');
    const turn = await home.turn(desk.chat, '/echo one');
    await home.running.drained();
    expect(turn.state).toBe('completed');
    expect(await home.client.checkpoints.ofTurn(turn.id)).toEqual({ before: null, after: null });
  });

  it('is not failed by a checkpoint that fails, and the chat says so', async () => {
    const w = await work();
    const ours = join(home.dataFolder, 'checkpoints');
    for (const name of readdirSync(ours)) {
      rmSync(join(ours, name), { recursive: true });
      writeFileSync(join(ours, name), 'in the way');
    }
    const turn = await home.turn(w.chat, '/echo still here');
    await home.running.drained();
    expect(turn.state).toBe('completed');
    expect(await home.client.checkpoints.ofTurn(turn.id)).toEqual({ before: null, after: null });
    const { messages } = await home.client.listMessages(w.chat.id, {});
    const notices = messages.flatMap(({ parts }) => parts.filter((part) => part.type === 'notice'));
    expect(notices.map(({ code }) => code)).toEqual(['checkpoint', 'checkpoint']);
  });

  it('holds ignored files where that was chosen', async () => {
    const w = await work();
    await home.client.checkpoints.setKeepsIgnored('sessions', w.session.id, true);
    const id = await w.run('echo kept > a.log');
    const { after } = await home.client.checkpoints.ofTurn(id);
    expect(git(w.path, 'show', `${after?.commit}:a.log`)).toBe('kept');
    const { checkpoints } = home.client;
    const of = { session: w.session.id, project: w.session.projectId };
    expect(await checkpoints.keepsIgnored('sessions', of.session)).toEqual({
      ignored: true,
      inherited: false,
    });
    expect(await checkpoints.keepsIgnored('projects', of.project)).toEqual({
      ignored: false,
      inherited: false,
    });
    await checkpoints.setKeepsIgnored('sessions', of.session, false);
    await checkpoints.setKeepsIgnored('projects', of.project, true);
    expect(await checkpoints.keepsIgnored('sessions', of.session)).toEqual({
      ignored: false,
      inherited: true,
    });
    const later = await checkpoints.ofTurn(await w.run('echo again > a.log'));
    expect(git(w.path, 'show', `${later.after?.commit}:a.log`)).toBe('again');
    await checkpoints.setKeepsIgnored('projects', of.project, false);
    const last = await checkpoints.ofTurn(await w.run('echo on > a.txt'));
    expect(git(w.path, 'ls-tree', '--name-only', last.after?.commit ?? '')).not.toContain('a.log');
  });
});

describe('a restore', () => {
  it('puts all files or some back, keeps the present state first, and leaves index and HEAD alone', async () => {
    const w = await work();
    const id = await w.run('echo one > a.txt; echo one > b.txt; chmod +x b.txt; ln -s a.txt link');
    const { after } = await home.client.checkpoints.ofTurn(id);
    const checkpointId = after?.id ?? '';
    git(w.path, 'add', 'a.txt');
    w.write('a.txt', 'two\n');
    w.write('c.txt', 'mine\n');
    rmSync(join(w.path, 'b.txt'));
    rmSync(join(w.path, 'link'));
    const before = untouched(w.path);

    const planned = await home.client.checkpoints.restore(w.session.id, { checkpointId, dryRun: true });
    expect(planned).toEqual({
      kept: null,
      notRestored: [],
      files: [
        { path: 'a.txt', change: 'modified' },
        { path: 'b.txt', change: 'added' },
        { path: 'c.txt', change: 'deleted' },
        { path: 'link', change: 'added' },
      ],
    });
    expect(w.read('a.txt')).toBe('two\n');

    await home.client.checkpoints.restore(w.session.id, { checkpointId, paths: ['b.txt', 'link'] });
    expect([w.read('a.txt'), w.read('b.txt'), w.read('c.txt')]).toEqual(['two\n', 'one\n', 'mine\n']);
    expect(statSync(join(w.path, 'b.txt')).mode & 0o100).toBe(0o100);

    const { kept } = await home.client.checkpoints.restore(w.session.id, { checkpointId });
    expect([w.read('a.txt'), w.read('c.txt'), w.read('link')]).toEqual(['one\n', null, 'one\n']);
    expect(untouched(w.path)).toBe(before);

    await home.client.checkpoints.restore(w.session.id, { checkpointId: kept?.id ?? '' });
    expect([w.read('a.txt'), w.read('c.txt')]).toEqual(['two\n', 'mine\n']);
    expect(untouched(w.path)).toBe(before);
  });

  it('is refused while a turn runs in the worktree, and for what the session does not have', async () => {
    const w = await work();
    const id = await w.run('echo one > a.txt');
    const checkpointId = (await home.client.checkpoints.ofTurn(id)).before?.id ?? '';
    const waiting = await home.client.submitPrompt(w.chat.id, say('/wait'));
    await home.until(w.chat, (state) => state.turns[waiting.id]?.state === 'running');
    const refused = home.client.checkpoints.restore(w.session.id, { checkpointId });
    await expect(refused).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('A turn runs'),
    });
    await home.client.cancelTurn(waiting.id);
    await home.client.waitForTurn(w.chat.id, waiting.id);
    const other = await work();
    await expect(home.client.checkpoints.restore(other.session.id, { checkpointId })).rejects.toMatchObject({
      code: 'checkpoint_not_found',
    });
    await home.client.checkpoints.restore(w.session.id, { checkpointId });
    expect(w.read('a.txt')).toBeNull();
  });
});

describe('undoing a turn', () => {
  it('takes back what it changed, and leaves what changed since unless asked', async () => {
    const w = await work();
    const id = await w.run('echo agent > a.txt; echo agent > b.txt; echo agent >> README.md');
    w.write('b.txt', 'mine since\n');
    w.write('other.txt', 'mine too\n');
    const before = untouched(w.path);
    const { kept, files, notRestored } = await home.client.checkpoints.undo(id);
    expect(files.map(({ path }) => path)).toEqual(['README.md', 'a.txt']);
    expect(notRestored).toEqual([{ path: 'b.txt', why: 'changed_since' }]);
    expect([w.read('README.md'), w.read('a.txt'), w.read('b.txt'), w.read('other.txt')]).toEqual([
      'hello\n',
      null,
      'mine since\n',
      'mine too\n',
    ]);
    expect(untouched(w.path)).toBe(before);
    await home.client.checkpoints.undo(id, { overwrite: true });
    expect(w.read('b.txt')).toBeNull();
    await home.client.checkpoints.restore(w.session.id, { checkpointId: kept?.id ?? '' });
    expect([w.read('a.txt'), w.read('b.txt')]).toEqual(['agent\n', 'mine since\n']);
  });
});

describe('a fork', () => {
  it('has the files and the chat as they were after the turn, and its agent is told of it', async () => {
    const w = await work();
    await home.turn(w.chat, '/echo remember the flame');
    const id = await w.run('echo forked > a.txt; echo forked >> README.md');
    await w.run('echo later > a.txt');
    const { session, chat } = await home.client.checkpoints.fork(id, { title: 'Another way' });
    const path = session.worktree?.path ?? '';
    expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('forked\n');
    expect(git(path, 'status', '--porcelain')).toBe(' M README.md\n?? a.txt');
    expect(session.worktree?.baseCommit).toBe(
      (await home.client.getSession(w.session.id)).worktree?.baseCommit,
    );
    expect(session.title).toBe('Another way');
    expect(await home.words(chat)).toContain('remember the flame');
    const said = (await home.client.listMessages(chat.id, { limit: 100 })).messages;
    expect(said.filter(({ role }) => role === 'user')).toHaveLength(3);
    await home.client.updatePolicy('session', session.id, { mode: 'allow_all' });
    expect(await home.turn(chat, 'go on')).toMatchObject({ continuity: 'recap' });
    expect(w.read('a.txt')).toBe('later\n');
    const early = await home.client.checkpoints.fork(id, { at: 'before' });
    expect(existsSync(join(early.session.worktree?.path ?? '', 'a.txt'))).toBe(false);
  });
});

describe('a session that is removed', () => {
  it('comes back with its files, what was staged, its branch and what was said, after a restart too', async () => {
    const w = await work();
    const { id } = await home.turn(w.chat, '/echo the last words');
    w.write('staged.txt', 'staged\n');
    git(w.path, 'add', 'staged.txt');
    w.write('staged.txt', 'changed since\n');
    w.write('new.txt', 'untracked\r\n');
    const status = git(w.path, 'status', '--porcelain');
    const branch = git(w.path, 'branch', '--show-current');
    await expect(home.client.removeSession(w.session.id)).rejects.toMatchObject({ code: 'worktree_dirty' });
    await home.client.removeSession(w.session.id, 'keep');
    expect(existsSync(w.path)).toBe(false);
    expect(await home.client.listSessions()).toEqual([]);
    expect(await home.client.listChats()).toEqual([]);
    await expect(home.client.getChat(w.chat.id)).rejects.toMatchObject({ code: 'chat_not_found' });
    git(w.folder, 'branch', '-D', branch);
    await home.restart();
    const [gone] = await home.client.checkpoints.listRemoved();
    expect(gone?.session.id).toBe(w.session.id);
    expect((gone?.keptUntil ?? 0) - (gone?.removedAt ?? 0)).toBe(30 * 24 * 3600 * 1000);

    const back = await home.client.checkpoints.bringBack(w.session.id);
    expect(back).toMatchObject({ branchRenamed: false, chats: [{ id: w.chat.id }] });
    expect(w.read('staged.txt')).toBe('changed since\n');
    expect(w.read('new.txt')).toBe('untracked\r\n');
    expect(git(w.path, 'status', '--porcelain')).toBe(status);
    expect(git(w.path, 'show', ':staged.txt')).toBe('staged');
    expect(git(w.path, 'branch', '--show-current')).toBe(branch);
    expect(await home.words(w.chat)).toContain('the last words');
    expect((await home.client.getTurn(id)).state).toBe('completed');
    expect(await home.client.checkpoints.listRemoved()).toEqual([]);
    expect((await home.turn(w.chat, '/echo goes on')).state).toBe('completed');
  });

  it('is settled after a crash, also when another one cannot be', async () => {
    const [stuck, cut] = [await work(), await work()];
    await home.client.removeSession(stuck.session.id);
    await home.closeAndLook();
    {
      using store = openStore({ dataFolder: home.dataFolder });
      // As a server leaves them that died over both; the last removed is looked at first.
      const row = store.removedSessions.get(stuck.session.id);
      if (row === null) throw new Error('nothing was removed');
      store.removedSessions.put({ ...row, state: 'restoring', removedAt: Date.now() + 60_000 });
      const { sessionId, removedAt } = { sessionId: cut.session.id, removedAt: Date.now() };
      store.removedSessions.put({ sessionId, state: 'removing', removedAt, kept: null });
    }
    mkdirSync(stuck.path);
    writeFileSync(join(stuck.path, 'in the way.txt'), 'of somebody\n');
    await home.restart();
    expect((await home.turn(cut.chat, '/echo goes on')).state).toBe('completed');
    expect(await home.client.checkpoints.listRemoved()).toMatchObject([
      { session: { id: stuck.session.id } },
    ]);
    rmSync(stuck.path, { recursive: true });
    await home.client.checkpoints.bringBack(stuck.session.id);
    expect(stuck.read('README.md')).toBe('hello\n');
  });

  it('comes back when its project was removed since, and brings that with it', async () => {
    const w = await work();
    w.write('mine.txt', 'nowhere else\n');
    await home.client.createSchedule({
      projectId: w.session.projectId,
      name: 'nightly',
      cron: '0 3 * * *',
      task: { content: [{ type: 'text', text: 'x' }], agent: 'demo' },
    });
    await home.client.removeSession(w.session.id, 'keep');
    await home.client.removeProject(w.session.projectId);
    expect(await home.client.listProjects()).toEqual([]);
    expect(await home.client.listSchedules()).toEqual([]);
    await home.restart();
    expect(await home.client.listProjects()).toEqual([]);
    const { session } = await home.client.checkpoints.bringBack(w.session.id);
    expect(await home.client.listProjects()).toMatchObject([{ id: session.projectId, path: w.folder }]);
    expect(w.read('mine.txt')).toBe('nowhere else\n');
    expect((await home.turn(w.chat, '/echo goes on')).state).toBe('completed');
    await home.client.removeSession(w.session.id, 'keep');
    await home.client.removeProject(session.projectId);
    // Named again, it is the same.
    expect(await home.client.createProject({ path: w.folder })).toMatchObject({ path: w.folder });
    expect(await home.client.listProjects()).toHaveLength(1);
    await home.client.checkpoints.bringBack(w.session.id);
    expect(await home.client.listProjects()).toHaveLength(1);
  });

  it('comes back on a branch of another name when its own has moved on', async () => {
    const w = await work();
    const branch = git(w.path, 'branch', '--show-current');
    await home.client.removeSession(w.session.id);
    git(w.folder, 'branch', '-f', branch, git(w.folder, 'commit-tree', '-m', 'x', 'HEAD^{tree}'));
    const { session, branchRenamed } = await home.client.checkpoints.bringBack(w.session.id);
    expect(branchRenamed).toBe(true);
    expect(session.worktree?.branch).toBe(`${branch}-restored`);
    expect(git(w.path, 'branch', '--show-current')).toBe(`${branch}-restored`);
  });

  it('goes and comes back once, however often that is asked for at the same time', async () => {
    const w = await work();
    w.write('mine.txt', 'nowhere else\n');
    const remove = () => home.client.removeSession(w.session.id, 'keep');
    await Promise.allSettled([remove(), remove(), remove()]);
    expect(existsSync(w.path)).toBe(false);
    const bringBack = () => home.client.checkpoints.bringBack(w.session.id);
    await Promise.allSettled([bringBack(), bringBack()]);
    expect(w.read('mine.txt')).toBe('nowhere else\n');
    expect((await home.client.getSession(w.session.id)).worktree?.path).toBe(w.path);
    expect(await home.client.checkpoints.listRemoved()).toEqual([]);
  });

  it('loses no state that was kept for a removal that did not happen', async () => {
    const w = await work();
    w.write('mine.txt', 'first\n');
    await expect(home.client.removeSession(w.session.id)).rejects.toMatchObject({ code: 'worktree_dirty' });
    w.write('mine.txt', 'second\n');
    await expect(home.client.removeSession(w.session.id)).rejects.toMatchObject({ code: 'worktree_dirty' });
    const kept = (await home.client.checkpoints.list(w.session.id)).filter(({ kind }) => kind === 'kept');
    expect(kept).toHaveLength(2);
    for (const { commit } of kept)
      expect(git(w.path, 'for-each-ref', '--points-at', commit, 'refs/pilotlight')).not.toBe('');
  });

  it('stays while it holds what cannot be kept', async () => {
    const w = await work();
    git(w.path, 'init', '-q', 'inside');
    await expect(home.client.removeSession(w.session.id, 'keep')).rejects.toMatchObject({
      code: 'worktree_dirty',
      message: expect.stringContaining('inside'),
    });
    rmSync(join(w.path, 'inside'), { recursive: true });
    w.write('a.txt', 'x');
    git(w.path, 'add', '.');
    git(w.path, 'commit', '-qm', 'x');
    git(w.path, 'checkout', '-q', '-b', 'side', 'HEAD^');
    w.write('a.txt', 'y');
    git(w.path, 'add', '.');
    git(w.path, 'commit', '-qm', 'y');
    expect(() => git(w.path, 'merge', '-')).toThrow('Command failed');
    await expect(home.client.removeSession(w.session.id, 'keep')).rejects.toMatchObject({
      message: expect.stringContaining('a merge is not finished'),
    });
  });
});

it('pushes none of its refs with all branches', async () => {
  const w = await work();
  await w.run('echo one > a.txt');
  const bare = home.newFolder();
  git(bare, 'init', '-q', '--bare');
  git(w.folder, 'push', '-q', '--all', bare);
  git(w.folder, 'push', '-q', '--tags', bare);
  expect(git(bare, 'for-each-ref', 'refs/pilotlight')).toBe('');
  expect(git(w.folder, 'for-each-ref', 'refs/pilotlight')).not.toBe('');
});
