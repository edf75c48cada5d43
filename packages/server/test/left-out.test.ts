/** What a checkpoint does not hold: said in the chat and by what restores, and neither deleted nor overwritten by it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { chat, commit, git, home, path, run, session, tools, useReviewDesk, write } from './review-desk.ts';

useReviewDesk();

const LIMIT = 64 * 1024 * 1024;
const read = (name: string): string => readFileSync(join(path, name), 'utf8');
const grow = (name: string): void => truncateSync(join(path, name), LIMIT + 1);

function replaceByPipe(name: string): void {
  rmSync(join(path, name));
  execFileSync('mkfifo', [join(path, name)]);
}

/** No sooner than a model could have answered. */
async function turn(command: string): Promise<string> {
  await home.client.updatePolicy('session', session.id, { mode: 'allow_all' });
  const { id, state } = await home.turn(chat, `/run sleep 0.05; ${command}`);
  expect(state).toBe('completed');
  await home.running.drained();
  return id;
}

async function notices(of = chat): Promise<string[]> {
  const { messages } = await home.client.listMessages(of.id, { limit: 100 });
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'notice' ? [part.text] : [])),
  );
}

it('a file too large then is not deleted by a restore now, and everything else is restored', async () => {
  write('data.bin', 'grown\n');
  grow('data.bin');
  const id = await turn('echo two > README.md');
  const { before } = await home.client.checkpoints.ofTurn(id);
  expect(before?.leftOut).toContainEqual({ path: 'data.bin', why: 'too_large' });
  expect(await notices()).toEqual([
    'Not kept in checkpoints, so not undone or restored: data.bin (too large).',
  ]);
  write('data.bin', 'small by now\n');
  const { files, notRestored } = await home.client.checkpoints.restore(session.id, {
    checkpointId: before?.id ?? '',
  });
  expect(files).toEqual([{ path: 'README.md', change: 'modified' }]);
  expect(notRestored).toEqual([{ path: 'data.bin', why: 'too_large' }]);
  expect(read('README.md')).toBe('hello\n');
  expect(read('data.bin')).toBe('small by now\n');
});

it('more files than a list shows are spared all the same', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `part-${String(index).padStart(3, '0')}.bin`);
  for (const name of names) {
    write(name, '');
    grow(name);
  }
  const id = await turn('echo two > README.md');
  const { before } = await home.client.checkpoints.ofTurn(id);
  expect(before?.leftOut).toHaveLength(100);
  for (const name of names) write(name, 'small\n');
  const { notRestored } = await home.client.checkpoints.restore(session.id, {
    checkpointId: before?.id ?? '',
  });
  expect(notRestored.map((one) => one.path)).toEqual(names);
  expect(names.filter((name) => !existsSync(join(path, name)))).toEqual([]);
});

it('undo leaves a file that has become too large, and takes back the rest of the turn', async () => {
  write('data.txt', 'before\n');
  // Seen before the agent can be sooner.
  await turn('true');
  const id = await turn(`truncate -s ${LIMIT + 1} data.txt; echo two > README.md`);
  const plan = await home.client.checkpoints.undo(id, { dryRun: true });
  expect(plan.notRestored).toEqual([{ path: 'data.txt', why: 'too_large' }]);
  const { files } = await home.client.checkpoints.undo(id, {});
  expect(files).toEqual([{ path: 'README.md', change: 'modified' }]);
  expect(read('README.md')).toBe('hello\n');
  expect(statSync(join(path, 'data.txt')).size).toBe(LIMIT + 1);
  // Out of the way it can be had as it was.
  git(path, 'clean', '-fq', 'data.txt');
  await home.client.checkpoints.undo(id, {});
  expect(read('data.txt')).toBe('before\n');
});

it('what a turn did inside a repository of its own is said not to be undone', async () => {
  git(path, 'init', '-q', 'inside');
  git(join(path, 'inside'), 'config', 'user.name', 'Ada');
  git(join(path, 'inside'), 'config', 'user.email', 'ada@example.invalid');
  commit(join(path, 'inside'), 'first', { 'x.txt': 'x\n' });
  await turn('true');
  expect(await notices()).toEqual([]);
  const id = await turn('echo changed > inside/x.txt; echo two > README.md');
  expect((await home.client.checkpoints.ofTurn(id)).after?.leftOut).toEqual([
    { path: 'inside', why: 'repository' },
  ]);
  expect(await notices()).toEqual([
    'Not kept in checkpoints, so not undone or restored: inside (a repository of its own with uncommitted work).',
  ]);
  const { files, notRestored } = await home.client.checkpoints.undo(id, {});
  expect(files).toEqual([{ path: 'README.md', change: 'modified' }]);
  expect(notRestored).toEqual([{ path: 'inside', why: 'repository' }]);
  expect(read('inside/x.txt')).toBe('changed\n');
});

it('a fork says what its checkpoint did not hold, and has nothing in its place', async () => {
  write('large.bin', '');
  grow('large.bin');
  git(path, 'init', '-q', 'inside');
  git(join(path, 'inside'), 'config', 'user.name', 'Ada');
  git(join(path, 'inside'), 'config', 'user.email', 'ada@example.invalid');
  commit(join(path, 'inside'), 'first', { 'x.txt': 'x\n' });
  git(path, 'init', '-q', 'empty');
  const id = await turn('true');
  const fork = await home.client.checkpoints.fork(id, {});
  const forked = fork.session.worktree?.path ?? '';
  expect(await notices(fork.chat)).toContain(
    'Not kept in the checkpoint this goes on from, so missing here or not as it was: large.bin (too large), empty (a repository of its own), inside (a repository of its own).',
  );
  expect(existsSync(join(forked, 'large.bin'))).toBe(false);
  expect(existsSync(join(forked, 'inside/.git'))).toBe(false);
  expect(read('inside/x.txt')).toBe('x\n');
  expect(statSync(join(path, 'large.bin')).size).toBe(LIMIT + 1);
});

it('a removal is refused while it would lose what cannot be kept, and leaves every byte of it', async () => {
  write('large.bin', 'begins so');
  grow('large.bin');
  const remove = () => home.client.removeSession(session.id, 'keep');
  await expect(remove()).rejects.toMatchObject({
    code: 'worktree_dirty',
    message: expect.stringContaining('large.bin is too large to be kept') as string,
  });
  expect(statSync(join(path, 'large.bin')).size).toBe(LIMIT + 1);
  git(path, 'clean', '-fq');
  replaceByPipe('README.md');
  await expect(remove()).rejects.toMatchObject({
    code: 'worktree_dirty',
    message: expect.stringContaining('README.md cannot be read') as string,
  });
  expect(statSync(join(path, 'README.md')).isFIFO()).toBe(true);
});

it('what cannot be read is said, and neither restored, undone nor discarded', async () => {
  const first = await turn('echo two > other.txt');
  replaceByPipe('README.md');
  const id = await turn('echo three > other.txt');
  expect((await home.client.checkpoints.ofTurn(id)).after?.leftOut).toEqual([
    { path: 'README.md', why: 'unreadable' },
  ]);
  expect(await notices()).toEqual([
    'Not kept in checkpoints, so not undone or restored: README.md (cannot be read).',
  ]);
  const spared = [{ path: 'README.md', why: 'unreadable' }];
  expect((await home.client.checkpoints.undo(id, {})).notRestored).toEqual(spared);
  const { before } = await home.client.checkpoints.ofTurn(first);
  const restored = await home.client.checkpoints.restore(session.id, { checkpointId: before?.id ?? '' });
  expect(restored).toMatchObject({ files: [{ path: 'other.txt', change: 'deleted' }], notRestored: spared });
  await expect(run({ kind: 'discard', files: [{ path: 'README.md' }] })).rejects.toThrow('README.md');
  expect(statSync(join(path, 'README.md')).isFIFO()).toBe(true);
});

it('what is written to all the while is said, and nothing is restored or removed under its writer', async () => {
  const { before } = await home.client.checkpoints.ofTurn(await turn('true'));
  const log = join(path, 'server.log');
  const writes = `const fs = require('node:fs'); const file = fs.openSync(process.argv[1], 'a');
    fs.writeSync(file, 'begun\\n'); console.log('begun'); for (;;) fs.writeSync(file, 'line\\n');`;
  const writer = spawn(process.execPath, ['-e', writes, log], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(writer, 'exit');
  const restore = () => home.client.checkpoints.restore(session.id, { checkpointId: before?.id ?? '' });
  const { ino } = await once(writer.stdout, 'data').then(() => statSync(log));
  try {
    await turn('true');
    expect(await notices()).toEqual([
      'Not kept in checkpoints, so not undone or restored: server.log (written to while it was read).',
    ]);
    await expect(restore()).rejects.toMatchObject({ code: 'conflict' });
    await expect(home.client.removeSession(session.id, 'keep')).rejects.toMatchObject({
      code: 'worktree_dirty',
      message: expect.stringContaining('server.log is being written to') as string,
    });
    expect(statSync(log).ino).toBe(ino);
  } finally {
    writer.kill('SIGKILL');
    await gone;
  }
  const { size } = statSync(log);
  const { kept } = await restore();
  expect(existsSync(log)).toBe(false);
  expect(Number(git(path, 'cat-file', '-s', `${kept?.commit}:server.log`))).toBe(size);
});

it('what an agent wrote before it was looked at is undone to what was last known, and kept', async () => {
  const [hold, goOn] = [join(home.folder, 'hold'), join(home.folder, 'go on')];
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  // The look before the turn waits until the agent has written.
  const waits = `case "$*" in *'ls-files -z -t'*) while [ -e '${hold}' ] && [ ! -e '${goOn}' ]; do sleep 0.02; done;; esac`;
  writeFileSync(join(tools, 'git'), `#!/bin/sh\n${waits}\nexec ${real} "$@"\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${tools}${delimiter}${process.env['PATH'] ?? ''}`);
  try {
    writeFileSync(hold, '');
    const id = await turn(`echo two > README.md; echo new > made.txt; touch '${goOn}'`);
    const { before, after } = await home.client.checkpoints.ofTurn(id);
    const overtaken = ['made.txt', 'README.md'].map((one) => ({ path: one, why: 'overtaken' }));
    expect(before?.leftOut).toEqual(overtaken);
    expect(after?.leftOut).toEqual([]);
    expect(await notices()).toEqual([]);
    const { kept, notRestored } = await home.client.checkpoints.undo(id, {});
    expect(notRestored).toEqual([]);
    expect(read('README.md')).toBe('hello\n');
    expect(existsSync(join(path, 'made.txt'))).toBe(false);
    await home.client.checkpoints.restore(session.id, { checkpointId: kept?.id ?? '' });
    expect([read('README.md'), read('made.txt')]).toEqual(['two\n', 'new\n']);
  } finally {
    vi.stubEnv('PATH', process.env['PATH']?.replace(`${tools}${delimiter}`, ''));
    rmSync(join(tools, 'git'));
  }
});
