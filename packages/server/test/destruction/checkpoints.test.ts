/** The server is killed at every step of keeping, restoring, removing and bringing back. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { say } from '../composed-harness.ts';
import { DESTRUCTION_MS, dieAtEveryStep } from './every-step.ts';
import { expectFound, git, isFound, uncommittedWork } from './work.ts';

const LIMIT = { timeout: DESTRUCTION_MS };
/** Keeping a state, which the first of these dies at. */
const ELSEWHERE = /^(mkdir|writeFile|git (update-index -z|write-tree|commit-tree))/;

it('keeping a state around a turn takes nothing away, and the next turn has its states', LIMIT, async () => {
  const died = await dieAtEveryStep({
    async prepare(home) {
      return { ...(await uncommittedWork(home)), prompt: say('/echo second') };
    },
    async act(client, { chat, prompt }, signal) {
      await client.submitPrompt(chat.id, prompt);
      await client.waitForTurn(chat.id, prompt.id, { signal });
    },
    async check(home, w) {
      expectFound(w);
      expect(git(w.path, 'show', ':staged.txt')).toBe('staged bytes');
      await home.client.submitPrompt(w.chat.id, w.prompt);
      await home.client.waitForTurn(w.chat.id, w.prompt.id);
      const { id } = await home.turn(w.chat, '/echo third');
      await home.running.drained();
      const { after } = await home.client.checkpoints.ofTurn(id);
      expect(git(w.folder, 'show', `${after?.commit}:new.txt`)).toContain('untracked bytes');
    },
  });
  expect(died).toContain('during git update-ref -z');
});

it('a restore is finished or was not begun, and what was there before it is kept', LIMIT, async () => {
  const died = await dieAtEveryStep({
    elsewhere: ELSEWHERE,
    async prepare(home) {
      const w = await uncommittedWork(home);
      const { id } = await home.turn(w.chat, '/echo kept');
      await home.running.drained();
      const { after } = await home.client.checkpoints.ofTurn(id);
      writeFileSync(join(w.path, 'new.txt'), 'later bytes\n');
      writeFileSync(join(w.path, 'more.txt'), 'more bytes\n');
      return { ...w, checkpointId: after?.id ?? '' };
    },
    async act(client, { session, checkpointId }, signal) {
      await Promise.race([
        client.checkpoints.restore(session.id, { checkpointId }),
        new Promise((resolve) => signal.addEventListener('abort', resolve)),
      ]);
    },
    async check(home, w) {
      expectFound(w);
      expect(isFound(w, 'new.txt', 'later bytes\n')).toBe(true);
      expect(isFound(w, 'more.txt', 'more bytes\n')).toBe(true);
      const isDone = !existsSync(join(w.path, 'more.txt'));
      const now = readFileSync(join(w.path, 'new.txt'), 'utf8');
      expect(now).toBe(isDone ? 'untracked bytes\r\n' : 'later bytes\n');
      await home.client.checkpoints.restore(w.session.id, { checkpointId: w.checkpointId });
      expect(readFileSync(join(w.path, 'new.txt'), 'utf8')).toBe('untracked bytes\r\n');
      expect(existsSync(join(w.path, 'more.txt'))).toBe(false);
      expect(git(w.path, 'show', ':staged.txt')).toBe('staged bytes');
    },
  });
  expect(died).toContain('during git read-tree -m');
});

it('a session that is removed is there or can be brought back, whole', LIMIT, async () => {
  const died = await dieAtEveryStep({
    elsewhere: ELSEWHERE,
    prepare: uncommittedWork,
    async act(client, { session }, signal) {
      await Promise.race([
        client.removeSession(session.id, 'keep').then(() => client.checkpoints.bringBack(session.id)),
        new Promise((resolve) => signal.addEventListener('abort', resolve)),
      ]);
    },
    async check(home, w) {
      expectFound(w);
      const [gone] = await home.client.checkpoints.listRemoved();
      if (gone !== undefined) await home.client.checkpoints.bringBack(w.session.id);
      expect(readFileSync(join(w.path, 'staged.txt'), 'utf8')).toBe('changed bytes\n');
      expect(readFileSync(join(w.path, 'new.txt'), 'utf8')).toBe('untracked bytes\r\n');
      expect(git(w.path, 'show', ':staged.txt')).toBe('staged bytes');
      expect(git(w.path, 'branch', '--show-current')).toBe(w.branch);
      expect(git(w.path, 'worktree', 'list', '--porcelain')).not.toContain('locked');
      expect(await home.words(w.chat)).toContain('first');
      expect(await home.turn(w.chat, '/echo goes on')).toMatchObject({ state: 'completed' });
    },
  });
  expect(died).toContain('during git worktree remove');
  expect(died).toContain('during git worktree add');
});
