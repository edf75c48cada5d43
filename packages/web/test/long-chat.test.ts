/** A chat of 5,000 messages: there at once at its end, and all of it within reach. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { fillChat } from './fill-chat.ts';
import { sees, transcript } from './looks.ts';

const MESSAGES = 5_000;
const last = new RegExp(`^message ${MESSAGES}\\b`);

let desk: BrowserDesk;

beforeEach(async () => {
  desk = await BrowserDesk.open();
});
afterEach(() => desk[Symbol.asyncDispose]());

test(
  'opens at its end, keeps few of them on the page, and goes to any of them',
  { timeout: 90_000 },
  async () => {
    const { chat, path } = await desk.session();
    await desk.home.running.close();
    const ids = fillChat(desk.home.dataFolder, chat.id, MESSAGES);
    await desk.startServer();
    const page = await desk.window({ path });
    await sees(page, last);
    expect(await transcript(page).getByRole('article').count()).toBeLessThan(100);
    await page.goto(`${desk.home.running.url}${path}&message=${ids[9]}`);
    await sees(page, /^message 10\b/);
    expect(await transcript(page).getByRole('article').count()).toBeLessThan(100);
    await page.getByRole('button', { name: words.transcript.jump }).click();
    await sees(page, last);
  },
);
