/** What a turn changed, in its row; a session that goes with uncommitted work, and comes back. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { words } from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';

const PICTURES = process.env['PILOTLIGHT_PICTURES'];

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await BrowserDesk.open();
}, 60_000);
afterAll(() => desk[Symbol.asyncDispose]());

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
