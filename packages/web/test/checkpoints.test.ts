/** What a turn changed, in its row; undone, restored and forked from its menu; a session that goes with uncommitted work, and comes back. */
import type { Chat, Session } from '@pilotlight/protocol';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { say } from '../../server/test/composed-harness.ts';
import * as words from '../src/words/index.ts';
import { BrowserDesk, type WindowOptions } from './browser-desk.ts';
import { faults } from './faults.ts';

const PICTURES = process.env['PILOTLIGHT_PICTURES'];
const text = words.checkpoints;

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await BrowserDesk.open();
}, 60_000);
afterAll(() => desk[Symbol.asyncDispose]());

const picture = async (page: Page, name: string): Promise<void> => {
  if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/${name}.png` });
};

/** A session whose one turn wrote `one.txt` and `two.txt`; `one.txt` was written to again since. */
class TurnDesk {
  readonly session: Session;
  readonly chat: Chat;
  readonly folder: string;

  private constructor(session: Session, chat: Chat, folder: string) {
    this.session = session;
    this.chat = chat;
    this.folder = folder;
  }

  static async open(): Promise<TurnDesk> {
    const { client } = desk.home;
    const { session, chat } = await desk.home.desk('demo', desk.home.newRepository());
    await client.updatePolicy('session', session.id, { mode: 'allow_all' });
    await desk.home.turn(chat, '/run sleep 0.05; echo 1 > one.txt; echo 2 > two.txt');
    await desk.home.running.drained();
    const { worktree } = await client.getSession(session.id);
    const made = new TurnDesk(session, chat, worktree?.path ?? '');
    made.write('one.txt', 'mine\n');
    return made;
  }

  /** What a file says; null: there is none. */
  read(name: string): string | null {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  }

  write(name: string, said: string): void {
    writeFileSync(join(this.folder, name), said);
  }

  window(options: WindowOptions = {}): Promise<Page> {
    return desk.window({ ...options, path: `/sessions/${this.session.id}?chat=${this.chat.id}` });
  }
}

/** Opens what an item of the last turn's menu asks. */
async function ask(page: Page, item: keyof typeof text.items) {
  await page.getByRole('button', { name: text.menu }).last().click();
  await page.getByRole('menuitem', { name: text.items[item] }).click();
  return page.getByRole('dialog');
}

test('a turn is undone by keyboard, without and with what was changed since, and the undo is undone', async () => {
  const turn = await TurnDesk.open();
  const page = await turn.window();
  const menu = page.getByRole('button', { name: text.menu });
  await menu.press('Enter');
  await page.getByRole('menuitem', { name: text.items.undo }).press('Enter');
  const dialog = page.getByRole('dialog', { name: text.asks.undo.title });
  await dialog
    .getByRole('list', { name: text.willChange(1) })
    .getByText('two.txt')
    .waitFor();
  await dialog
    .getByRole('list', { name: text.willStay(1) })
    .getByText('one.txt')
    .waitFor();
  await dialog.getByText(text.keptFirst).waitFor();
  await picture(page, 'undo');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  // Asking has changed nothing, and the keyboard is where it was.
  await expect.poll(() => menu.evaluate((button) => button === document.activeElement)).toBe(true);
  expect([turn.read('one.txt'), turn.read('two.txt')]).toEqual(['mine\n', '2\n']);

  await ask(page, 'undo');
  await dialog.getByRole('button', { name: text.asks.undo.run }).click();
  await page.getByText(text.done(1, 1)).waitFor();
  expect([turn.read('one.txt'), turn.read('two.txt')]).toEqual(['mine\n', null]);
  await picture(page, 'undone');
  await page.getByRole('button', { name: text.undo, exact: true }).click();
  await page.getByText(text.undone(1)).waitFor();
  expect([turn.read('one.txt'), turn.read('two.txt')]).toEqual(['mine\n', '2\n']);

  await ask(page, 'undo');
  await dialog.getByLabel(text.overwrite).check();
  await dialog.getByRole('list', { name: text.willChange(2) }).waitFor();
  await dialog.getByRole('button', { name: text.asks.undo.run }).click();
  await page.getByText(text.done(2, 0)).waitFor();
  expect([turn.read('one.txt'), turn.read('two.txt')]).toEqual([null, null]);
  await page.context().close();
}, 60_000);

test('files are restored to before and after a turn; while another runs the refusal is shown', async () => {
  const turn = await TurnDesk.open();
  const page = await turn.window();
  const dialog = await ask(page, 'restore_before');
  await dialog.getByRole('list', { name: text.willChange(2) }).waitFor();
  await dialog.getByRole('button', { name: text.asks.restore_before.run }).click();
  await page.getByText(text.done(2, 0)).waitFor();
  expect([turn.read('one.txt'), turn.read('two.txt')]).toEqual([null, null]);

  const { client } = desk.home;
  const other = await client.createChat(turn.session.id, { agent: 'demo' });
  const running = await client.submitPrompt(other.id, say('/wait'));
  await desk.home.until(other, ({ turns }) => turns[running.id]?.state === 'running');
  await ask(page, 'restore_after');
  await dialog.getByRole('alert').waitFor();
  expect(await dialog.getByRole('button', { name: text.asks.restore_after.run }).isDisabled()).toBe(true);
  await picture(page, 'restore-refused');
  await client.cancelTurn(running.id);
  // It is asked again by itself when that turn has ended.
  await dialog.getByRole('list', { name: text.willChange(2) }).waitFor();
  await dialog.getByRole('button', { name: text.asks.restore_after.run }).click();
  await dialog.waitFor({ state: 'detached' });
  expect([turn.read('one.txt'), turn.read('two.txt')]).toEqual(['1\n', '2\n']);

  await ask(page, 'restore_after');
  await dialog.getByText(text.nothing).waitFor();
  expect(await dialog.getByRole('button', { name: text.asks.restore_after.run }).isDisabled()).toBe(true);
  await page.context().close();
}, 60_000);

test('a session is forked from a turn, with its files and the chat up to it', async () => {
  const turn = await TurnDesk.open();
  const { client } = desk.home;
  await desk.home.turn(turn.chat, '/echo said later');
  await desk.home.running.drained();
  const page = await turn.window();
  await page.getByRole('button', { name: text.menu }).first().click();
  await page.getByRole('menuitem', { name: text.items.fork }).click();
  const dialog = page.getByRole('dialog', { name: text.fork.title });
  await dialog.getByLabel(text.fork.name).fill('Another way');
  await picture(page, 'fork');
  await dialog.getByRole('button', { name: text.fork.run }).click();
  await page.waitForURL((at) => at.pathname !== `/sessions/${turn.session.id}`);
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const { title, worktree } = await client.getSession(id);
  expect(title).toBe('Another way');
  expect(readFileSync(join(worktree?.path ?? '', 'one.txt'), 'utf8')).toBe('1\n');
  await page.getByText(text.fork.done(worktree?.branch ?? null)).waitFor();
  await page.getByText('echo 2 > two.txt').first().waitFor();
  expect(await page.getByText('said later', { exact: true }).count()).toBe(0);
  await picture(page, 'forked');
  await page.context().close();
}, 60_000);

test('the menu of a turn and what it asks pass axe, in both appearances and on a phone', async () => {
  const turn = await TurnDesk.open();
  for (const [name, look] of Object.entries({
    light: { theme: 'light' },
    dark: { theme: 'dark' },
    phone: { phone: true },
  } as const)) {
    const page = await turn.window({ ...look, bypassPolicy: true });
    await page.getByRole('button', { name: text.menu }).click();
    await page.getByRole('menuitem', { name: text.items.undo }).waitFor();
    await picture(page, `turn-menu-${name}`);
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    const dialog = await ask(page, 'undo');
    await dialog.getByLabel(text.overwrite).waitFor();
    await picture(page, `undo-${name}`);
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await ask(page, 'fork');
    await dialog.getByLabel(text.fork.name).waitFor();
    await picture(page, `fork-${name}`);
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.context().close();
  }
}, 60_000);

test('a turn says what it changed; a session with uncommitted work is deleted when asked twice, and brought back', async () => {
  const { client } = desk.home;
  const { session, chat } = await desk.home.desk('demo', desk.home.newRepository());
  await client.updatePolicy('session', session.id, { mode: 'allow_all' });
  await desk.home.turn(chat, '/run sleep 0.05; printf "a\\nb\\n" > new.txt');
  await desk.home.running.drained();
  const { worktree } = await client.getSession(session.id);
  const file = join(worktree?.path ?? '', 'mine.txt');
  writeFileSync(file, 'not committed\n');

  const page = await desk.window({ path: `/sessions/${session.id}?chat=${chat.id}` });
  await page.getByText(words.transcript.changedFiles(1)).waitFor();
  if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/turn-changed.png` });

  await page.getByRole('button', { name: words.session.menu }).click();
  await page.getByRole('menuitem', { name: words.session.remove }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(words.board.removeDialog.conversation).waitFor();
  await dialog.getByRole('button', { name: words.board.remove, exact: true }).click();
  await dialog.getByRole('alert').waitFor();
  expect(existsSync(file)).toBe(true);
  if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/remove-kept.png` });
  await dialog.getByRole('button', { name: words.board.removeDialog.keepAndDelete }).click();
  const back = page.getByRole('button', { name: words.board.removeDialog.bringBack });
  await back.waitFor();
  expect(existsSync(file)).toBe(false);
  await back.click();
  await page.getByText(words.board.removeDialog.isBack).waitFor();
  expect(readFileSync(file, 'utf8')).toBe('not committed\n');
});

test('a deleted session is brought back from the list, which the board and the palette lead to', async () => {
  const turn = await TurnDesk.open();
  const { client } = desk.home;
  await client.updateSession(turn.session.id, { title: 'Sort the shelf' });
  await client.removeSession(turn.session.id, 'keep');
  expect(turn.read('one.txt')).toBe(null);
  const list = words.checkpoints.removed;
  const line = (page: Page) => page.getByRole('listitem').filter({ hasText: 'Sort the shelf' });
  for (const [name, look] of Object.entries({
    light: { theme: 'light' },
    dark: { theme: 'dark' },
    phone: { phone: true },
  } as const)) {
    const page = await desk.window({ ...look, bypassPolicy: true });
    await picture(page, `board-${name}`);
    await page.getByRole('button', { name: list.title }).click();
    await page.getByRole('dialog', { name: list.title }).getByText('Sort the shelf').waitFor();
    await picture(page, `removed-${name}`);
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.context().close();
  }

  const page = await desk.window();
  await page.getByRole('button', { name: list.title }).waitFor();
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox').fill(list.title);
  await page.getByRole('option', { name: list.title }).first().waitFor();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: list.title });
  await line(page).getByText('pilotlight/').waitFor();
  await dialog.getByRole('button', { name: list.bringBackThis('Sort the shelf') }).press('Enter');
  await page.getByText(list.isBack('Sort the shelf', null)).waitFor();
  await line(page).waitFor({ state: 'detached' });
  expect([turn.read('one.txt'), turn.read('two.txt')]).toEqual(['mine\n', '2\n']);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.locator('[data-board-row]', { hasText: 'Sort the shelf' }).waitFor();
  await page.context().close();
}, 60_000);

test(
  'whether ignored files are kept is chosen for a session or its project',
  { timeout: 60_000 },
  async () => {
    const { ignored } = text;
    const work = await TurnDesk.open();
    const { checkpoints } = desk.home.client;
    const { id, projectId } = work.session;
    const { name } = (await desk.home.client.listProjects()).find((each) => each.id === projectId) ?? {
      name: '',
    };
    for (const look of [{ theme: 'light' }, { theme: 'dark' }, { phone: true }] as const) {
      const page = await work.window({ ...look, bypassPolicy: true });
      await page.getByRole('button', { name: words.session.menu }).click();
      await page.getByRole('menuitem', { name: ignored.open }).click();
      const dialog = page.getByRole('dialog', { name: ignored.title });
      const own = dialog.getByRole('switch', { name: ignored.session });
      const all = dialog.getByRole('switch', { name: ignored.project(name) });
      await dialog.getByText(/Secrets such as \.env/).waitFor();
      await own.click();
      await expect
        .poll(() => checkpoints.keepsIgnored('sessions', id))
        .toEqual({ ignored: true, inherited: false });
      expect(await faults(page)).toEqual([]);
      await picture(page, `ignored-${look.theme ?? 'phone'}`);
      await own.click();
      await all.click();
      await dialog.getByText(ignored.inherited).waitFor();
      expect(await own.getAttribute('aria-disabled')).toBe('true');
      expect(await checkpoints.keepsIgnored('projects', projectId)).toEqual({
        ignored: true,
        inherited: false,
      });
      await all.click();
      await dialog.getByText(ignored.inherited).waitFor({ state: 'detached' });
      expect(await checkpoints.keepsIgnored('sessions', id)).toEqual({ ignored: false, inherited: false });
      await page.context().close();
    }
  },
);
