/**
 * The server is killed at every step between a session that is made for a prompt to come and that prompt: the worktree that
 * waited is taken, its branch named, the agent session opened that waits in it, the next ones made.
 */
import type { Client } from '@pilotlight/client';
import type { Chat, ChatState } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { say } from '../composed-harness.ts';
import { DESTRUCTION_MS, dieAtEveryStep } from './every-step.ts';

const agent = {
  id: 'ahead',
  name: 'Ahead',
  command: process.execPath,
  args: [fileURLToPath(import.meta.resolve('@pilotlight/demo-agent'))],
  env: { PILOTLIGHT_DEMO_PACE_MS: '0' },
  opensAhead: true,
};
const about = 'Mend the lamp';

/** Resolves when an agent waits with a session open in a worktree that no session has; answers all worktrees of sessions. */
async function untilOneWaits(client: Client, signal?: AbortSignal): Promise<string[]> {
  return vi.waitFor(
    async () => {
      if (signal?.aborted) return [];
      const taken = (await client.listSessions()).flatMap(({ worktree }) => worktree?.path ?? []);
      const waits = (await client.listProcesses()).some(
        ({ why }) => why.includes('with one open in') && !taken.some((path) => why.endsWith(path)),
      );
      expect(waits).toBe(true);
      return taken;
    },
    { timeout: 30_000, interval: 50 },
  );
}

async function turnRuns(client: Client, chat: Chat, turnId: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onState = ({ turns }: ChatState): void => {
    const state = turns[turnId]?.state ?? 'queued';
    if (state !== 'queued' && state !== 'starting') resolve();
  };
  signal.addEventListener('abort', () => resolve());
  using _following = client.followChat(chat.id, { onState });
  await promise;
}

it(
  'a session made for a prompt to come is whole or not there, whenever the server died over it',
  { timeout: DESTRUCTION_MS },
  async () => {
    const died = await dieAtEveryStep({
      agents: [agent],
      env: { PILOTLIGHT_SPARES: '1' },
      elsewhere: /^git (worktree|reset|update-ref)/,
      async prepare(home) {
        const desk = await home.desk('ahead', home.newRepository());
        await home.turn(desk.chat, '/echo first');
        await home.running.drained();
        await untilOneWaits(home.client);
        return { folder: desk.folder, projectId: desk.session.projectId, prompt: say('/echo mended') };
      },
      async act(client, { projectId, prompt }, signal) {
        await untilOneWaits(client, signal);
        const { chat } = await client.createSession({ projectId, agent: 'ahead', about });
        await client.submitPrompt(chat.id, prompt);
        await turnRuns(client, chat, prompt.id, signal);
        await untilOneWaits(client, signal);
      },
      async check(home, { folder, projectId, prompt }) {
        const { client } = home;
        const git = (cwd: string, ...args: string[]) =>
          execFileSync('git', args, { cwd, encoding: 'utf8' }).trimEnd();
        const known = await client.listSessions();
        // It was made, or was not; a client that heard nothing makes it again.
        expect(known.length).toBeLessThanOrEqual(2);
        const made = known.find(({ title }) => title === about);
        const session = made ?? (await client.createSession({ projectId, agent: 'ahead', about })).session;
        const [chat] = await client.listChats(session.id);
        if (chat === undefined) throw new Error('a session without its chat');
        await client.submitPrompt(chat.id, prompt);
        expect(await client.waitForTurn(chat.id, prompt.id)).toMatchObject({
          state: expect.stringMatching(/^(completed|interrupted)$/) as string,
        });
        expect(await home.turn(chat, '/echo next')).toMatchObject({ state: 'completed' });
        const { worktree } = await client.getSession(session.id);
        const path = worktree?.path ?? '';
        expect(worktree?.branch).toMatch(/^pilotlight\/mend-the-lamp-/);
        expect(git(path, 'branch', '--show-current')).toBe(worktree?.branch);
        expect(git(path, 'status', '--porcelain')).toBe('');
        expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('hello\n');
        // Besides those of the sessions one waits, and nothing is left of any other.
        const taken = await untilOneWaits(client);
        await vi.waitFor(() => {
          const trees = git(folder, 'worktree', 'list', '--porcelain');
          expect(trees.match(/^worktree /gm)).toHaveLength(1 + taken.length + 1);
          expect(trees).not.toContain('locked');
          expect(git(folder, 'branch', '--list', 'pilotlight/*').split('\n')).toHaveLength(taken.length + 1);
          expect(readdirSync(dirname(path))).toHaveLength(taken.length + 1);
        });
      },
    });
    // Several go on at once, and which comes first differs: the whole of it dies at each.
    expect(died).toContain('during commit');
  },
);
