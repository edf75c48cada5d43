/** What a checkpoint does not hold: said in the chat and by what restores, and neither deleted nor overwritten by it. */
import { existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chat, commit, git, home, path, session, useReviewDesk, write } from './review-desk.ts';

useReviewDesk();

const LIMIT = 64 * 1024 * 1024;
const read = (name: string): string => readFileSync(join(path, name), 'utf8');
const grow = (name: string): void => truncateSync(join(path, name), LIMIT + 1);

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
