/** The server is killed at every step of making a session's worktree. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { say } from '../composed-harness.ts';
import { dieAtEveryStep } from './every-step.ts';

it(
  'the worktree of a first turn is whole, whenever the server died over it',
  { timeout: 400_000 },
  async () => {
    const died = await dieAtEveryStep({
      async prepare(home) {
        const desk = await home.desk('demo', home.newRepository());
        return { ...desk, prompt: say('/echo first') };
      },
      async act(client, { chat, prompt }, signal) {
        await client.submitPrompt(chat.id, prompt);
        await client.waitForTurn(chat.id, prompt.id, { signal });
      },
      async check(home, { chat, session, folder, prompt }) {
        // Accepted or not: sent again, it runs once.
        await home.client.submitPrompt(chat.id, prompt);
        await home.client.waitForTurn(chat.id, prompt.id);
        expect(await home.turn(chat, '/echo next')).toMatchObject({ state: 'completed' });
        const { worktree } = await home.client.getSession(session.id);
        const path = worktree?.path ?? '';
        const git = (...args: string[]) =>
          execFileSync('git', args, { cwd: path, encoding: 'utf8' }).trimEnd();
        expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('hello\n');
        expect(git('status', '--porcelain')).toBe('');
        expect(git('branch', '--show-current')).toBe(worktree?.branch);
        expect(git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(2);
        expect(git('worktree', 'list', '--porcelain')).not.toContain('locked');
        expect(git('branch', '--list', 'pilotlight/*').split('\n')).toHaveLength(1);
        expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('hello\n');
      },
    });
    expect(died).toContain('before git worktree add');
    expect(died).toContain('during git worktree add');
    expect(died).toContain('during git reset');
    expect(died).toContain('during git worktree unlock');
    expect(died).toContain('during commit');
  },
);
