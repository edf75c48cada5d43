/** What a screen reader and a keyboard need, looked for by axe on every place, in both appearances. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { say } from '../../server/test/composed-harness.ts';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { faults } from './faults.ts';
import { sees } from './looks.ts';

let desk: BrowserDesk;
let session: string;

beforeAll(async () => {
  desk = await BrowserDesk.open();
  const [asks, done] = [await desk.session(), await desk.session()];
  session = done.path;
  await desk.home.turn(done.chat, '/echo # A title\n\n- one\n- two\n\n`code` and **more**');
  await desk.home.turn(done.chat, '/fail on purpose');
  const { id } = await desk.home.client.submitPrompt(asks.chat.id, say('/ask'));
  await desk.home.until(asks.chat, ({ permissions }) =>
    Object.values(permissions).some((permission) => permission.turnId === id),
  );
}, 60_000);
afterAll(() => desk[Symbol.asyncDispose]());

const places: [name: string, path: () => string, ready: (page: Page) => Promise<unknown>][] = [
  ['board', () => '/', (page) => page.locator('[data-board-row]').first().waitFor()],
  ['session', () => session, (page) => sees(page, 'A title')],
  ['inbox', () => '/inbox', (page) => page.getByText('A question').first().waitFor()],
  ['tasks', () => '/tasks', (page) => page.getByRole('heading').first().waitFor()],
  ['agents', () => '/agents', (page) => page.getByText('opencode').first().waitFor()],
  ['settings', () => '/settings', (page) => page.getByRole('heading').first().waitFor()],
];

test.each(places)('%s', { timeout: 60_000 }, async (_, path, ready) => {
  for (const look of [{ theme: 'light' }, { theme: 'dark' }, { phone: true }] as const) {
    const page = await desk.window({ ...look, bypassPolicy: true, path: path() });
    await ready(page);
    expect(await faults(page)).toEqual([]);
    await page.context().close();
  }
});

test('new session, palette and shortcuts', { timeout: 60_000 }, async () => {
  const page = await desk.window({ bypassPolicy: true });
  await page.locator('[data-board-row]').first().waitFor();
  for (const keys of ['n', 'ControlOrMeta+k', '?']) {
    await page.keyboard.press(keys);
    await page.getByRole('dialog').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
});

test('permissions of a session', { timeout: 60_000 }, async () => {
  for (const look of [{ theme: 'light' }, { theme: 'dark' }, { phone: true }] as const) {
    const page = await desk.window({ ...look, bypassPolicy: true, path: session });
    await page.getByRole('button', { name: words.session.menu }).click();
    await page.getByRole('menuitem', { name: words.policies.open }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(words.policies.commandPattern, { exact: true }).fill('echo *');
    await dialog.getByRole('button', { name: words.policies.add }).click();
    await dialog.getByRole('listitem').first().waitFor();
    expect(await faults(page)).toEqual([]);
    await page.context().close();
  }
});

test('signed out', { timeout: 60_000 }, async () => {
  const page = await desk.window({ signedIn: false, bypassPolicy: true });
  await page.getByRole('heading', { name: words.access.title }).waitFor();
  expect(await faults(page)).toEqual([]);
});
