/** The server is killed at every step of what is done with the changes of a session, and of taking that back. */
import type { Client } from '@pilotlight/client';
import { newId, type ReviewRequest } from '@pilotlight/protocol';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Home } from '../composed-harness.ts';
import { DESTRUCTION_MS, dieAtEveryStep } from './every-step.ts';
import { expectFound, git, gitsEnded, isFound, quietWork, uncommittedWork, type Work } from './work.ts';

const LIMIT = { timeout: DESTRUCTION_MS };
/** Keeping a state, and writing down that something begins and ends. */
const ELSEWHERE =
  /^(writeFile|rm .*scratch|git (write-tree|commit-tree|update-index|update-ref -z|read-tree [0-9a-f]{40}))/;

interface Planned extends Work {
  id: string;
  /** where the branch of the session is */
  head: string;
}

const planned = (work: Work): Planned => ({
  ...work,
  id: newId('action'),
  head: git(work.path, 'rev-parse', 'HEAD'),
});
const status = (path: string): string => git(path, 'status', '--porcelain');
const subjects = (path: string): string => git(path, 'log', '--format=%s');
const run = (client: Client, { session }: Work, request: ReviewRequest) =>
  client.review.run(session.id, { id: newId('action'), request });
const write = (folder: string, name: string, text: string): void => writeFileSync(join(folder, name), text);
const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

function commit(folder: string, name: string, text: string): void {
  write(folder, name, text);
  git(folder, 'add', name);
  git(folder, 'commit', '-qm', `${name}: ${text.trim()}`);
}

/** Two branches with a commit each. */
async function apart(home: Home, mine: string, theirs: string): Promise<Planned> {
  const work = await quietWork(home);
  commit(work.path, mine, 'mine\n');
  commit(work.folder, theirs, 'theirs\n');
  write(work.path, 'loose.txt', 'untracked bytes\n');
  return planned(work);
}

/** Nothing of `apart` is lost, and the branch is where it was before, by an abort or by hand where it must be. */
async function expectBack(home: Home, w: Planned): Promise<void> {
  await gitsEnded(home.folder);
  expect(isFound(w, 'loose.txt', 'untracked bytes\n')).toBe(true);
  const { operation } = await home.client.review.conflicts(w.session.id);
  if (operation !== null)
    expect(await run(home.client, w, { kind: 'abort' })).toMatchObject({ state: 'done' });
  // What a death left without a record is taken back as its message says: by looking.
  git(w.path, 'reset', '--keep', '-q', w.head);
  expect(git(w.path, 'branch', '--show-current')).toBe(w.branch);
  expect(status(w.path)).toBe('?? loose.txt');
}

it('a commit was made once or not at all, and what was staged is not lost', LIMIT, async () => {
  const request: ReviewRequest = { kind: 'commit', message: 'one', all: true };
  const died = await dieAtEveryStep({
    elsewhere: ELSEWHERE,
    prepare: async (home) => planned(await uncommittedWork(home)),
    async act(client, { session, id }) {
      await client.review.run(session.id, { id, request });
      await client.review.undo(id);
    },
    async check({ client, folder }, w) {
      await gitsEnded(folder);
      expectFound(w);
      expect(
        git(w.path, 'show', ':staged.txt') === 'staged bytes' || isFound(w, 'staged.txt', 'staged bytes\n'),
      ).toBe(true);
      const isMade = subjects(w.path) === 'one\nfirst';
      if (!isMade) expect(subjects(w.path)).toBe('first');
      // Known or not: sent again, it is not made twice.
      const again = await client.review.run(w.session.id, { id: w.id, request });
      if (again.undo.possible) await client.review.undo(w.id);
      if (subjects(w.path) === 'first') await run(client, w, request);
      expect(subjects(w.path)).toBe('one\nfirst');
      expect(git(w.path, 'show', 'HEAD:staged.txt')).toBe('changed bytes');
      expect(status(w.path)).toBe('');
    },
  });
  expect(died).toContain('during git add');
  expect(died.join()).toContain('during git commit -F');
  expect(died.join()).toContain('during git update-ref -m');
});

it('what is discarded is in the worktree or in the state that was kept', LIMIT, async () => {
  const request: ReviewRequest = {
    kind: 'discard',
    files: [{ path: 'staged.txt' }, { path: 'new.txt' }, { path: 'README.md' }],
  };
  const died = await dieAtEveryStep({
    elsewhere: ELSEWHERE,
    async prepare(home) {
      const work = await uncommittedWork(home);
      write(work.path, 'README.md', 'read me bytes\n');
      return planned(work);
    },
    async act(client, { session, id }) {
      await client.review.run(session.id, { id, request });
      await client.review.undo(id);
    },
    async check({ client, folder }, w) {
      await gitsEnded(folder);
      expectFound(w);
      expect(isFound(w, 'README.md', 'read me bytes\n')).toBe(true);
      expect(git(w.path, 'show', ':staged.txt')).toBe('staged bytes');
      // The same as the user: what the last state before it held comes back.
      const kept = (await client.checkpoints.list(w.session.id)).findLast(
        ({ kind }) => kind === 'before_change',
      );
      if (kept !== undefined) await client.checkpoints.restore(w.session.id, { checkpointId: kept.id });
      expect([read(w.path, 'staged.txt'), read(w.path, 'new.txt')]).toEqual([
        'changed bytes\n',
        'untracked bytes\r\n',
      ]);
      const done = await run(client, w, request);
      expect(status(w.path)).toBe('A  staged.txt');
      await client.review.undo(done.id);
      expect(read(w.path, 'README.md')).toBe('read me bytes\n');
    },
  });
  expect(died).toContain('during git checkout-index -z');
  expect(died).toContain('during git read-tree -m');
});

it('a rebase is done, was not begun, or can be aborted', LIMIT, async () => {
  const died = await dieAtEveryStep({
    elsewhere: ELSEWHERE,
    prepare: (home) => apart(home, 'mine.txt', 'theirs.txt'),
    async act(client, { session, id }) {
      await client.review.run(session.id, { id, request: { kind: 'rebase' } });
      await client.review.undo(id);
    },
    async check(home, w) {
      await expectBack(home, w);
      const { id } = await run(home.client, w, { kind: 'rebase' });
      expect(subjects(w.path)).toBe('mine.txt: mine\ntheirs.txt: theirs\nfirst');
      await home.client.review.undo(id);
      expect(git(w.path, 'rev-parse', 'HEAD')).toBe(w.head);
    },
  });
  expect(died.join()).toContain('during git rebase');
  expect(died.join()).toContain('during git reset ');
});

it('a rebase that stops at a conflict keeps how that was resolved', LIMIT, async () => {
  let isResolved = false;
  const died = await dieAtEveryStep({
    elsewhere: ELSEWHERE,
    prepare: (home) => apart(home, 'README.md', 'README.md'),
    async act(client, w) {
      isResolved = false;
      await client.review.run(w.session.id, { id: w.id, request: { kind: 'rebase' } });
      write(w.path, 'README.md', 'both\n');
      isResolved = true;
      await client.review.stage(w.session.id, { files: [{ path: 'README.md' }] });
      const { id } = await run(client, w, { kind: 'continue' });
      await client.review.undo(id);
      await run(client, w, { kind: 'rebase' });
      await run(client, w, { kind: 'abort' });
    },
    async check(home, w) {
      const wasResolved = isResolved;
      await gitsEnded(home.folder);
      await expectBack(home, w);
      if (wasResolved) expect(isKept(w, 'both\n')).toBe(true);
      expect(await run(home.client, w, { kind: 'rebase' })).toMatchObject({ state: 'conflicted' });
      expect(await run(home.client, w, { kind: 'abort' })).toMatchObject({ state: 'done' });
      expect(git(w.path, 'rev-parse', 'HEAD')).toBe(w.head);
    },
  });
  expect(died.join()).toContain('during git rebase');
});

/** In a ref, or in what the branch was at, as git's own log of it says. */
function isKept(w: Work, bytes: string): boolean {
  if (isFound(w, 'README.md', bytes)) return true;
  const commits = git(w.path, 'reflog', '--format=%H', w.branch).split('\n');
  return commits.some((one) => git(w.path, 'show', `${one}:README.md`) === bytes.trimEnd());
}

it(
  'a merge into the base is whole, with the files of the folder that has it, or was not begun',
  LIMIT,
  async () => {
    const request: ReviewRequest = { kind: 'merge', message: 'together' };
    const died = await dieAtEveryStep({
      elsewhere: ELSEWHERE,
      async prepare(home) {
        const w = await apart(home, 'mine.txt', 'theirs.txt');
        return { ...w, base: git(w.folder, 'rev-parse', 'main') };
      },
      async act(client, { session, id }) {
        await client.review.run(session.id, { id, request });
        await client.review.undo(id);
      },
      async check({ client, folder }, w) {
        await gitsEnded(folder);
        expect(isFound(w, 'loose.txt', 'untracked bytes\n')).toBe(true);
        expect(git(w.path, 'rev-parse', 'HEAD')).toBe(w.head);
        expect(status(w.folder)).toBe('');
        const isMerged = subjects(w.folder).startsWith('together');
        if (isMerged) git(w.folder, 'reset', '--keep', '-q', w.base);
        expect(git(w.folder, 'rev-parse', 'main')).toBe(w.base);
        const { id } = await run(client, w, request);
        expect(read(w.folder, 'mine.txt')).toBe('mine\n');
        await client.review.undo(id);
        expect(git(w.folder, 'rev-parse', 'main')).toBe(w.base);
        expect(status(w.folder)).toBe('');
      },
    });
    expect(died.join()).toContain('during git merge ');
  },
);
