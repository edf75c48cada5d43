/** How much a session has changed is said again after everything that changes its files, not only after a turn. */
import { newId, type ReviewRequest } from '@pilotlight/protocol';
import { expect, it } from 'vitest';
import {
  commit,
  git,
  home,
  chat,
  path,
  project,
  review,
  run,
  session,
  useReviewDesk,
  write,
} from './review-desk.ts';

useReviewDesk();

const kept = async () => (await home.client.getSession(session.id)).diff;

/** What the review shows now, summed up. */
async function shown() {
  const { files } = await review().diff(session.id, { scope: 'session' });
  const sum = (of: 'additions' | 'deletions') => files.reduce((all, file) => all + (file[of] ?? 0), 0);
  return { files: files.length, additions: sum('additions'), deletions: sum('deletions') };
}

async function turn(command: string): Promise<string> {
  await home.client.updatePolicy('session', session.id, { mode: 'allow_all' });
  const { id } = await home.turn(chat, `/run sleep 0.05; ${command}`);
  await home.running.drained();
  return id;
}

it('is measured after undo and restore', async () => {
  const id = await turn('printf "one\\ntwo\\n" > a.txt');
  expect(await kept()).toEqual({ files: 1, additions: 2, deletions: 0 });
  const { kept: state } = await home.client.checkpoints.undo(id, {});
  expect(await kept()).toEqual({ files: 0, additions: 0, deletions: 0 });
  await home.client.checkpoints.restore(session.id, { checkpointId: state?.id ?? '' });
  expect(await kept()).toEqual({ files: 1, additions: 2, deletions: 0 });
});

it('is measured after every review action that moves files, and after its undo', async () => {
  const done = async (request: ReviewRequest) => {
    const action = await run(request);
    expect(action.state).toBe('done');
    expect(await kept()).toEqual(await shown());
    return action.id;
  };
  const back = async (id: string) => {
    await review().undo(id);
    expect(await kept()).toEqual(await shown());
  };
  write('a.txt', 'one\ntwo\n');
  const discarded = await done({ kind: 'discard', files: [{ path: 'a.txt' }] });
  expect((await kept())?.files).toBe(0);
  await back(discarded);
  expect((await kept())?.files).toBe(1);
  write('b.txt', 'by hand\n');
  const committed = await done({ kind: 'commit', message: 'Mine', all: true });
  expect((await kept())?.files).toBe(2);
  await back(committed);
  commit(path, 'mine', {});
  commit(project, 'theirs', { 'theirs.txt': 't\n' });
  await back(await done({ kind: 'rebase' }));
  await back(await done({ kind: 'merge_base' }));
  write('c.txt', 'by hand\n');
  await done({ kind: 'merge', message: 'Take it' });
});

it('is that of the next commit where a session works in place', async () => {
  const place = await home.desk('demo', project, true);
  await home.turn(place.chat, '/echo made');
  await home.running.drained();
  write('a.txt', 'one\n', project);
  const at = async () => (await home.client.getSession(place.session.id)).diff?.files;
  const id = newId('action');
  const request = { kind: 'commit', message: 'Mine', all: true } as const;
  const action = await review().run(place.session.id, { id, request });
  expect(action.state).toBe('done');
  expect(await at()).toBe(0);
  await review().undo(id);
  expect(await at()).toBe(1);
  expect(git(project, 'status', '--porcelain')).toBe('?? a.txt');
});

it('what was only measured may go with git gc, and is kept all the same when a turn comes', async () => {
  write('a.txt', 'one\ntwo\n');
  write('new.txt', 'new\n');
  expect((await run({ kind: 'discard', files: [{ path: 'a.txt' }] })).state).toBe('done');
  git(project, 'gc', '--quiet', '--prune=now');
  const id = await turn('true');
  const { before, after } = await home.client.checkpoints.ofTurn(id);
  for (const one of [before, after]) expect(git(path, 'show', `${one?.commit}:new.txt`)).toBe('new');
});
