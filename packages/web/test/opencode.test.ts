/** The page with the real opencode, against a model on loopback. */
import { ensureRealAgents, finalText } from '@pilotlight/testkit';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { RealAgentDesk } from '../../server/test/real-agent-desk.ts';
import { BrowserDesk } from './browser-desk.ts';
import { composer, sees, send, transcript } from './looks.ts';

beforeAll(async () => {
  await ensureRealAgents();
}, 600_000);

test(
  'opencode: an answer, and a file that is written once it was allowed by a key',
  { timeout: 120_000 },
  async () => {
    await using agent = await RealAgentDesk.open('opencode');
    await using browser = await BrowserDesk.before(agent.home);
    const { session, chat } = agent.desk;
    const page = await browser.window({ path: `/sessions/${session.id}?chat=${chat.id}` });
    await composer(page).waitFor();
    await send(page, 'Hello. [[text tag=page]]');
    await sees(page, finalText('page'));
    const worktree = await agent.worktree();
    await send(page, `Please. [[write tag=page-edit cwd=${worktree}]]`);
    await page
      .getByRole('button', { name: /allow once/i })
      .first()
      .waitFor();
    await transcript(page).focus();
    await page.keyboard.press('1');
    await sees(page, finalText('page-edit'));
    expect(existsSync(join(worktree, 'written-page-edit.txt'))).toBe(true);
  },
);
