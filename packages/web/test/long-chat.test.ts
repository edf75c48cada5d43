/** A chat of 5,000 messages: there at once at its end, and all of it within reach. */
import { newId, type Message } from '@pilotlight/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../server/src/store/open-store.ts';
import { words } from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { sees, transcript } from './looks.ts';

const MESSAGES = 5_000;

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
    const ids = fill(desk.home.dataFolder, chat.id);
    await desk.startServer();
    const page = await desk.window({ path });
    await sees(page, `message ${MESSAGES}`);
    expect(await transcript(page).getByRole('article').count()).toBeLessThan(100);
    await page.goto(`${desk.home.running.url}${path}&message=${ids[9]}`);
    await sees(page, 'message 10');
    expect(await transcript(page).getByRole('article').count()).toBeLessThan(100);
    await page.getByRole('button', { name: words.transcript.jump }).click();
    await sees(page, `message ${MESSAGES}`);
  },
);

/** Writes messages as a server would have folded them; no server runs meanwhile. */
function fill(dataFolder: string, chatId: string): string[] {
  using store = openStore({ dataFolder });
  const messages = Array.from({ length: MESSAGES }, (_, at): Message => {
    const text = `message ${at + 1}`;
    const role = at % 2 === 0 ? 'user' : 'assistant';
    return {
      id: newId('message'),
      chatId,
      role,
      turnId: null,
      agent: 'demo',
      parts: [{ type: 'text', text }],
      createdAt: at,
    };
  });
  store.transaction(() => messages.forEach((message) => store.messages.upsert(message)));
  return messages.map(({ id }) => id);
}
