/** What the user's own git does to states that are kept. */
import { newId } from '@pilotlight/protocol';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { git, home, path, chat, project, session, useReviewDesk } from './review-desk.ts';

useReviewDesk();

const refs = (): string[] =>
  git(project, 'for-each-ref', '--format=%(objectname)', 'refs/pilotlight').split('\n').filter(Boolean);

function removeRefs(): void {
  for (const ref of git(project, 'for-each-ref', '--format=%(refname)', 'refs/pilotlight').split('\n'))
    git(project, 'update-ref', '-d', ref);
}

/** Everything that nothing names is gone. */
function collect(): void {
  git(project, 'reflog', 'expire', '--expire=now', '--all');
  git(project, 'gc', '-q', '--prune=now');
}

/** The state after a turn. */
async function turn(): Promise<{ id: string; commit: string }> {
  const { id } = await home.turn(chat, '/echo on');
  await home.running.drained();
  const { after } = await home.client.checkpoints.ofTurn(id);
  return { id: after?.id ?? '', commit: after?.commit ?? '' };
}

it('states that have lost their refs, as by a pruning fetch of a mirror, are held again', async () => {
  writeFileSync(join(path, 'mine.txt'), 'nowhere else\n');
  const { id, commit } = await turn();
  removeRefs();
  await home.restart();
  await expect.poll(refs).toContain(commit);
  collect();
  rmSync(join(path, 'mine.txt'));
  await home.client.checkpoints.restore(session.id, { checkpointId: id });
  expect(readFileSync(join(path, 'mine.txt'), 'utf8')).toBe('nowhere else\n');
});

it('a state that was kept before is not relied on when it has lost its ref', async () => {
  writeFileSync(join(path, 'mine.txt'), 'nowhere else\n');
  const lost = await turn();
  removeRefs();
  collect();
  // Nothing has changed, and yet it is kept anew.
  const kept = await turn();
  expect(refs()).toContain(kept.commit);
  expect(git(project, 'show', `${kept.commit}:mine.txt`)).toBe('nowhere else');
  collect();
  rmSync(join(path, 'mine.txt'));
  await expect(home.client.checkpoints.restore(session.id, { checkpointId: lost.id })).rejects.toMatchObject({
    code: 'checkpoint_not_found',
    message: expect.stringContaining('refs/pilotlight') as string,
  });
  await home.client.checkpoints.restore(session.id, { checkpointId: kept.id });
  expect(readFileSync(join(path, 'mine.txt'), 'utf8')).toBe('nowhere else\n');
});

it('what is kept outlives a collection between any two turns, and refs that were packed', async () => {
  writeFileSync(join(path, 'one.txt'), 'one\n');
  const first = await turn();
  collect();
  git(project, 'pack-refs', '--all');
  const same = await turn();
  writeFileSync(join(path, 'one.txt'), 'two\n');
  collect();
  const last = await turn();
  collect();
  for (const [state, bytes] of [
    [first, 'one'],
    [same, 'one'],
    [last, 'two'],
  ] as const)
    expect(git(project, 'show', `${state.commit}:one.txt`)).toBe(bytes);
  await home.client.checkpoints.restore(session.id, { checkpointId: first.id });
  expect(readFileSync(join(path, 'one.txt'), 'utf8')).toBe('one\n');
});

it('a commit of all is undone to what was staged, also after a collection', async () => {
  writeFileSync(join(path, 'one.txt'), 'staged\n');
  git(path, 'add', 'one.txt');
  writeFileSync(join(path, 'one.txt'), 'changed since\n');
  const id = newId('action');
  await home.client.review.run(session.id, { id, request: { kind: 'commit', message: 'all', all: true } });
  collect();
  await home.client.review.undo(id);
  expect(git(path, 'show', ':one.txt')).toBe('staged');
  expect(readFileSync(join(path, 'one.txt'), 'utf8')).toBe('changed since\n');
});
