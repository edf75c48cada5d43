/** The server is killed at every step of making a deleted worktree again. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { DESTRUCTION_MS, dieAtEveryStep } from './every-step.ts';
import { git, gitsEnded, uncommittedWork } from './work.ts';

it(
  'a deleted worktree comes back whole, and no turn runs in half of it',
  { timeout: DESTRUCTION_MS },
  async () => {
    const died = await dieAtEveryStep({
      async prepare(home) {
        const work = await uncommittedWork(home);
        await home.turn(work.chat, '/echo kept');
        await home.running.drained();
        rmSync(work.path, { recursive: true });
        return work;
      },
      act: (client, { session }) => client.repairSession(session.id),
      async check(home, { session, chat, path, folder, branch }) {
        await gitsEnded(home.folder);
        const turn = await home.turn(chat, '/echo too early');
        if (turn.state === 'completed') {
          expect(existsSync(join(path, 'new.txt')) && existsSync(join(path, 'staged.txt'))).toBe(true);
        } else expect(turn.error).toMatchObject({ code: 'worktree_missing' });
        await home.client.repairSession(session.id);
        expect(readFileSync(join(path, 'staged.txt'), 'utf8')).toBe('changed bytes\n');
        expect(readFileSync(join(path, 'new.txt'), 'utf8')).toBe('untracked bytes\r\n');
        expect(git(path, 'branch', '--show-current')).toBe(branch);
        expect(git(folder, 'worktree', 'list', '--porcelain')).not.toContain('locked');
        expect(git(folder, 'worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(2);
        expect(await home.turn(chat, '/echo goes on')).toMatchObject({ state: 'completed' });
        const aside = readdirSync(dirname(path)).filter((name) => !path.endsWith(name));
        expect(aside.filter((name) => !name.includes('.unfinished-'))).toEqual([]);
      },
    });
    expect(died).toContain('during git worktree add');
    expect(died).toContain('during git read-tree -m');
    expect(died).toContain('during git worktree unlock');
  },
);
