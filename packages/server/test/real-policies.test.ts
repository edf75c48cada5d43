/** Policies before real agents: what they ask is understood well enough to be answered without anybody. */
import { ensureRealAgents, type RealAgentId } from '@pilotlight/testkit';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { RealAgentDesk } from './real-agent-desk.ts';

const AGENTS: RealAgentId[] = ['opencode', 'claude'];

beforeAll(async () => {
  await ensureRealAgents();
}, 600_000);

it.each(AGENTS)(
  '%s runs in its worktree by the mode, and not by a rule that denies',
  { timeout: 120_000 },
  async (id) => {
    await using desk = await RealAgentDesk.open(id);
    const { client } = desk.home;
    const { chat, session } = desk.desk;
    await client.updatePolicy('session', session.id, { mode: 'allow_in_worktree' });
    // The first turn makes the worktree.
    await desk.ask('Please. [[text tag=hello]]');
    const worktree = await desk.worktree();
    const asked = await desk.ask(`Please. [[shell tag=mode cwd=${worktree}]]`);
    expect(asked.turn.state).toBe('completed');
    expect(existsSync(join(worktree, 'proof-mode.txt'))).toBe(true);
    const [first] = await client.listPermissions({ chatId: chat.id });
    expect(first).toMatchObject({
      state: 'answered',
      decision: { by: 'mode', mode: 'allow_in_worktree', scope: 'session' },
      subject: { kind: 'execute', complete: true, paths: [{ real: 'proof-mode.txt' }] },
    });
    await client.addPolicyRule('project', session.projectId, { action: 'deny', path: 'proof-*' });
    await desk.ask(`Please. [[shell tag=rule cwd=${worktree}]]`);
    expect(existsSync(join(worktree, 'proof-rule.txt'))).toBe(false);
    expect((await client.listPermissions({ chatId: chat.id })).at(-1)?.decision).toMatchObject({
      by: 'rule',
      scope: 'project',
    });
  },
);
