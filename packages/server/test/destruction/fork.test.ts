/** The server is killed at every step of going on from a turn in a new session. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DESTRUCTION_MS, dieAtEveryStep } from './every-step.ts';
import { expectFound, git, gitsEnded, uncommittedWork } from './work.ts';

it(
  'a fork is there with its files and its chat, or nothing of it is',
  { timeout: DESTRUCTION_MS },
  async () => {
    const died = await dieAtEveryStep({
      async prepare(home) {
        const work = await uncommittedWork(home);
        const { id: turnId } = await home.turn(work.chat, '/echo second');
        await home.running.drained();
        writeFileSync(join(work.path, 'later.txt'), 'later bytes\n');
        return { ...work, turnId };
      },
      act: (client, { turnId }) => client.checkpoints.fork(turnId, { title: 'another way' }),
      async check(home, w) {
        const { client } = home;
        await gitsEnded(home.folder);
        expectFound(w);
        expect(readFileSync(join(w.path, 'later.txt'), 'utf8')).toBe('later bytes\n');
        const forks = async () => (await client.listSessions()).filter(({ id }) => id !== w.session.id);
        const made = await forks();
        expect(made.length).toBeLessThan(2);
        // No folder, branch or entry of one that never came to be.
        expect(git(w.folder, 'worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(
          2 + made.length,
        );
        expect(git(w.folder, 'branch', '--list', 'pilotlight/*').split('\n')).toHaveLength(1 + made.length);
        expect(git(w.folder, 'worktree', 'list', '--porcelain')).not.toContain('locked');
        await client.checkpoints.fork(w.turnId, { title: 'another way' });
        for (const { id, worktree } of await forks()) {
          const path = worktree?.path ?? '';
          expect(readFileSync(join(path, 'staged.txt'), 'utf8')).toBe('changed bytes\n');
          expect(readFileSync(join(path, 'new.txt'), 'utf8')).toBe('untracked bytes\r\n');
          expect(git(path, 'status', '--porcelain')).toBe('?? new.txt\n?? staged.txt');
          const [chat] = await client.listChats(id);
          if (chat === undefined) throw new Error('a fork without a chat');
          expect(await home.words(chat)).toContain('second');
          expect(await home.turn(chat, '/echo goes on')).toMatchObject({ state: 'completed' });
        }
      },
    });
    expect(died).toContain('during git worktree add');
    expect(died).toContain('during git read-tree -m');
    expect(died).toContain('during commit');
  },
);
