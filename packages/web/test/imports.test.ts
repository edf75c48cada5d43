/** Conversations that agents have by themselves, found and imported from the page. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { faults } from './faults.ts';
import { sees, send } from './looks.ts';

/** Speaks ACP, but lists no sessions. */
const SILENT = `
  require('node:readline').createInterface({ input: process.stdin })
    .on('line', (line) => {
      const { id } = JSON.parse(line);
      const result = { protocolVersion: 1, agentCapabilities: {}, authMethods: [] };
      process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
    })
    .on('close', () => process.exit());
`;

const w = words.imports;
let desk: BrowserDesk;

beforeEach(async () => {
  const entry = (id: string, name: string, script: string) => ({
    id,
    name,
    command: process.execPath,
    args: ['-e', script],
  });
  desk = await BrowserDesk.open({
    agents: [entry('silent', 'Silent', SILENT), entry('broken', 'Broken', 'process.exit(3)')],
  });
});
afterEach(() => desk[Symbol.asyncDispose]());

test(
  'from the palette: searched, imported with its history, and gone on with',
  {
    timeout: 60_000,
  },
  async () => {
    const { home } = desk;
    const folder = home.newFolder();
    const projectId = await leaveBehind(folder, ['Count the apples', 'Count the pears']);
    const page = await desk.window();
    await ask(page);
    const dialog = page.getByRole('dialog');
    await choose(page, 'Demo');
    const field = dialog.getByRole('combobox', { name: w.list });
    await field.waitFor();
    await expect.poll(() => dialog.getByRole('option').count()).toBe(2);
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);

    await page.keyboard.type('nothing like it');
    await dialog.getByText(w.noneMatches).waitFor();
    await field.fill('pears');
    await expect.poll(() => dialog.getByRole('option').count()).toBe(1);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await sees(page, /^Done: I read/);
    const [session, ...others] = await home.client.listSessions(projectId);
    expect([session?.title, session?.inPlace, others]).toEqual(['Count the pears', true, []]);
    expect(new URL(page.url()).pathname).toBe(`/sessions/${session?.id}`);
    await send(page, '/recall');
    await sees(page, /Earlier prompts of this session: 1/);

    await page.goto(`${home.running.url}/inbox`);
    await ask(page);
    const known = dialog.getByRole('option').filter({ hasText: w.here });
    await known.waitFor();
    expect(await known.textContent()).toMatch(/^Count the pears/);
    await known.click();
    await page.waitForURL((at) => at.pathname === `/sessions/${session?.id}`);
    expect(await home.client.listSessions(projectId)).toHaveLength(1);
  },
);

test('from the rail: what an agent has not, cannot or fails to say', { timeout: 60_000 }, async () => {
  const { home } = desk;
  const folder = home.newFolder();
  const { name } = await home.client.createProject({ path: folder });
  const page = await desk.window({ bypassPolicy: true });
  await page.getByRole('button', { name: words.frame.projectMenu(name) }).press('Enter');
  await page.getByRole('menuitem', { name: w.open }).press('Enter');
  const dialog = page.getByRole('dialog', { name: w.title });
  await dialog.getByText(w.worksIn(folder)).waitFor();
  await choose(page, 'Demo');
  await dialog
    .getByRole('status')
    .filter({ hasText: /has no conversation of/ })
    .waitFor();
  expect(await dialog.getByRole('status').textContent()).toBe(w.none('Demo', folder));
  await choose(page, 'Silent');
  await dialog.getByText(w.cannot('Silent')).waitFor();
  await choose(page, 'Broken');
  const alert = dialog.getByRole('alert');
  await alert.getByText(/Broken/).waitFor();
  await alert.getByRole('button', { name: words.common.retry }).click();
  await alert.getByText(/Broken/).waitFor();
  expect(await faults(page)).toEqual([]);

  // Where the rail is a drawer, it goes, and the dialog stays.
  const narrow = await desk.window({ size: { width: 800, height: 700 } });
  for (const [item, title] of [
    [w.open, w.title],
    [words.policies.open, words.policies.openOf(name)],
  ] as const) {
    await narrow.getByRole('button', { name: words.frame.rail.expand }).click();
    await narrow.getByRole('button', { name: words.frame.projectMenu(name) }).click();
    await narrow.getByRole('menuitem', { name: item }).click();
    await narrow.getByRole('dialog', { name: words.frame.navigation }).waitFor({ state: 'detached' });
    await narrow.getByRole('dialog', { name: title }).waitFor();
    await narrow.keyboard.press('Escape');
    await narrow.getByRole('dialog').waitFor({ state: 'detached' });
  }
});

test('what is gone meanwhile is said, and another can be chosen', { timeout: 60_000 }, async () => {
  const { home } = desk;
  const projectId = await leaveBehind(home.newFolder(), ['Count the apples', 'Count the pears']);
  const page = await desk.window({ phone: true, bypassPolicy: true });
  await page.getByRole('button', { name: words.frame.more }).click();
  await page.getByRole('button', { name: words.frame.newSession }).last().click();
  await page.getByRole('button', { name: w.open }).click();
  const dialog = page.getByRole('dialog', { name: w.title });
  await choose(page, 'Demo');
  const pears = dialog.getByRole('option', { name: 'Count the pears' });
  await pears.waitFor();
  const state = join(home.dataFolder, 'agents/demo/state');
  for (const file of readdirSync(state))
    if (readFileSync(join(state, file), 'utf8').includes('pears')) rmSync(join(state, file));
  await pears.click();
  await dialog.getByRole('alert').getByText(/^Demo/).waitFor();
  await pears.waitFor({ state: 'detached' });
  await dialog.getByRole('option', { name: 'Count the apples' }).click();
  await sees(page, /^Done: I read/);
  const titles = (await home.client.listSessions(projectId)).map(({ title }) => title);
  expect(titles).toEqual(['Count the apples']);
});

test('nothing stands in the way of a screen reader, in every look', { timeout: 60_000 }, async () => {
  await leaveBehind(desk.home.newFolder(), ['Count the apples', '/echo no title']);
  for (const look of [{ theme: 'light' }, { theme: 'dark' }, { phone: true }] as const) {
    const page = await desk.window({ ...look, bypassPolicy: true });
    await ask(page);
    await choose(page, 'Demo');
    await page.getByRole('option', { name: 'Count the apples' }).waitFor();
    await page.getByRole('option', { name: /^No title \(demo_/ }).waitFor();
    expect(await faults(page)).toEqual([]);
    await page.context().close();
  }
});

/** Takes another agent, by keyboard. */
async function choose(page: Page, agent: string): Promise<void> {
  const text = words.board.create;
  const dialog = page.getByRole('dialog', { name: w.title });
  await dialog.locator('[aria-haspopup="dialog"]').last().press('Enter');
  const field = page.getByRole('combobox', { name: text.agent });
  await field.fill(agent);
  await field.press('Enter');
  await field.waitFor({ state: 'detached' });
}

/** A conversation for each prompt, in sessions that are removed afterwards, so that only the agent knows of them. */
async function leaveBehind(folder: string, prompts: string[]): Promise<string> {
  const { home } = desk;
  const { id: projectId } = await home.client.createProject({ path: folder });
  await home.client.updatePolicy('project', projectId, { mode: 'allow_all' });
  for (const prompt of prompts) {
    const { session, chat } = await home.desk('demo', folder, true);
    expect((await home.turn(chat, prompt)).state).toBe('completed');
    await home.client.removeSession(session.id);
  }
  return projectId;
}

/** Opens the dialog by keyboard, from wherever the page is. */
async function ask(page: Page): Promise<void> {
  await page.getByRole('main').waitFor();
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox').fill(w.command);
  await page.getByRole('option', { name: w.command }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: w.title }).waitFor();
}
