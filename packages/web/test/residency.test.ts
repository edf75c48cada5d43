/** What is resident on the page: what it takes and why, kept warm and let go by a button. */
import { expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';

const text = words.agents;

test(
  'an agent is kept warm and released from the page, and the page says why',
  { timeout: 60_000 },
  async () => {
    await using desk = await BrowserDesk.open();
    const { home } = desk;
    const { chat } = await home.desk();
    await home.turn(chat, '/echo hello');
    const page = await desk.window({ path: '/agents' });
    const running = page.locator('#processes');
    await running
      .getByText(/^\d+ MB$/)
      .first()
      .waitFor();
    await running
      .getByText(/^\d+\.\d s$/)
      .first()
      .waitFor();
    await running.getByText(/Kept warm · used now/).waitFor();

    const keep = running.getByRole('button', { name: /^Keep warm: Demo in/ });
    await keep.click();
    await running.getByText(/Kept warm, as you asked/).waitFor();
    await expect.poll(() => keep.getAttribute('aria-pressed')).toBe('true');
    expect(await home.client.listAgentSessions()).toMatchObject([{ pinned: true }]);
    await keep.click();
    await expect.poll(() => keep.getAttribute('aria-pressed')).toBe('false');

    await running.getByRole('button', { name: /^Release now: Demo in/ }).click();
    await running.getByText(text.noProcesses).waitFor();
    await page.locator('#released').getByText('Released on request').waitFor();
  },
);
