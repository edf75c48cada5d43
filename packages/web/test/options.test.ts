/** What was chosen of an agent is the server's: another browser shows it too, and what is in force beside it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { composer, sees, send } from './looks.ts';

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await BrowserDesk.open();
}, 60_000);
afterAll(() => desk[Symbol.asyncDispose]());

test(
  'a model chosen in one browser is shown in another, until it is in force',
  { timeout: 60_000 },
  async () => {
    const { path, chat } = await desk.session();
    await desk.home.turn(chat, '/echo warm');
    const [left, right] = [await desk.window({ path }), await desk.window({ path, theme: 'dark' })];
    await left.getByRole('button', { name: words.composer.inForce('Model', 'Demo Fast') }).click();
    await left.getByRole('option', { name: /Demo Careful/ }).click();
    const asked = words.composer.askedFor('Model', 'Demo Fast', 'Demo Careful');
    for (const page of [left, right]) await page.getByRole('button', { name: asked }).waitFor();
    await right.reload();
    await right.getByRole('button', { name: asked }).waitFor();
    await composer(right).waitFor();
    await send(right, '/echo in force now');
    await sees(right, 'in force now');
    const inForce = words.composer.inForce('Model', 'Demo Careful');
    for (const page of [left, right]) await page.getByRole('button', { name: inForce }).waitFor();
    expect((await desk.home.client.getChat(chat.id)).choices).toEqual({ demo: { model: 'demo-careful' } });
  },
);
