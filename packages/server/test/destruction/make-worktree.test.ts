/** The server is killed at every step of making a session's worktree, of copying files into it and of its setup. */
import type { ChatState } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { say } from '../composed-harness.ts';
import { DESTRUCTION_MS, dieAtEveryStep } from './every-step.ts';

it(
  'the worktree of a first turn is whole, whenever the server died over it',
  { timeout: DESTRUCTION_MS },
  async () => {
    const died = await dieAtEveryStep({
      when: ['before', 'during'],
      async prepare(home) {
        const folder = home.newRepository();
        const config = { copy: ['.env'], setup: 'cp README.md made.txt', ports: ['web'] };
        writeFileSync(join(folder, '.pilotlight.json'), JSON.stringify(config));
        writeFileSync(join(folder, '.gitignore'), '.env*\nmade.txt\n');
        writeFileSync(join(folder, '.env'), 'KEY=1\n');
        const git = ['-c', 'user.name=t', '-c', 'user.email=t@t'];
        execFileSync('git', [...git, 'add', '-A'], { cwd: folder });
        execFileSync('git', [...git, 'commit', '-qm', 'configure'], { cwd: folder });
        const desk = await home.desk('demo', folder);
        const { hash } = await home.client.scripts.describe(desk.session.id);
        await home.client.scripts.allow(desk.session.id, hash ?? '');
        return { ...desk, prompt: say('/echo first') };
      },
      async act(client, { chat, prompt }, signal) {
        await client.submitPrompt(chat.id, prompt);
        // The worktree is ready when the agent has its prompt.
        const { promise, resolve } = Promise.withResolvers<void>();
        const onState = ({ turns }: ChatState): void => {
          const state = turns[prompt.id]?.state ?? 'queued';
          if (state !== 'queued' && state !== 'starting') resolve();
        };
        signal.addEventListener('abort', () => resolve());
        using _following = client.followChat(chat.id, { onState });
        await promise;
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
        expect(readFileSync(join(path, '.env'), 'utf8')).toBe('KEY=1\n');
        expect(readFileSync(join(path, 'made.txt'), 'utf8')).toBe('hello\n');
        // A copy that was cut short leaves nothing behind, in the worktree and beside it.
        expect(readdirSync(dirname(path))).toEqual([basename(path)]);
        expect(readdirSync(path).filter((name) => name.startsWith('.env') && name !== '.env')).toEqual([]);
        const { runs, ports } = await home.client.scripts.describe(session.id);
        expect(runs).toMatchObject([{ name: 'setup', state: 'succeeded' }]);
        expect(ports).toHaveLength(1);
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
    expect(died.some((name) => name.startsWith('during copyFile'))).toBe(true);
    expect(died.some((name) => name.startsWith('before rename'))).toBe(true);
  },
);
