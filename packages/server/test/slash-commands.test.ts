/** A slash command of an agent runs as one, also when the agent has not seen what was said before. */
import { ensureRealAgents, finalText, type RealAgentId } from '@pilotlight/testkit';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { say } from './composed-harness.ts';
import { RealAgentDesk } from './real-agent-desk.ts';

/** Where each keeps the commands of a repository. */
const FILES: Partial<Record<RealAgentId, string>> = {
  opencode: '.opencode/command/greet.md',
  claude: '.claude/commands/greet.md',
};

beforeAll(async () => {
  await ensureRealAgents();
}, 600_000);

describe.each(Object.entries(FILES))('%s', { timeout: 120_000 }, (id, file) => {
  let desk: RealAgentDesk;
  beforeAll(async () => {
    desk = await RealAgentDesk.open(id as RealAgentId);
    const path = join(desk.desk.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    // The marker stands in the command's own text alone, so only what was expanded runs the script.
    writeFileSync(path, '---\ndescription: Greets\n---\nGreet $ARGUMENTS. [[text tag=greeted]]\n');
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: desk.desk.folder });
    git('add', '.');
    git('commit', '-qm', 'command');
  }, 60_000);
  afterAll(() => desk[Symbol.asyncDispose](), 60_000);

  test('runs its command after another agent has spoken', async () => {
    const { home } = desk;
    const { chat } = desk.desk;
    const { client } = home;
    const spoken = await client.submitPrompt(chat.id, say('/echo My name is Ada.', { agent: 'demo' }));
    await client.waitForTurn(chat.id, spoken.id);
    const sent = await client.submitPrompt(chat.id, say('/greet the world', { agent: id }));
    expect(await client.waitForTurn(chat.id, sent.id)).toMatchObject({ state: 'completed', error: null });
    const { text, parts } = await desk.said(sent.id);
    expect(text).toContain(finalText('greeted'));
    expect(parts[0]).toMatchObject({ type: 'notice', code: 'recap' });

    const next = await desk.ask('And now? [[text tag=next]]');
    expect(next.text).toBe(finalText('next'));
    const request = desk.models.requests.findLast(({ marker }) => marker?.tag === 'next');
    expect(request?.userText ?? '').toContain('My name is Ada.');
  });
});
