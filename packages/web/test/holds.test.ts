/** What is held back on the page: a login, a usage limit, a budget, each with what can be done about it; and usage. */
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { scriptedAgent } from '@pilotlight/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { say } from '../../server/test/composed-harness.ts';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { sees } from './looks.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Where pictures go, when somebody wants to look. */
const PICTURES = process.env['PILOTLIGHT_PICTURES'];
const text = words.holds;

let desk: BrowserDesk;
beforeAll(async () => {
  const account = {
    id: 'account',
    name: 'Account',
    keys: ['SCRIPTED_KEY'],
    login: 'Run `account login`.',
    ...scriptedAgent('needs-login'),
  };
  const limited = { id: 'limited', name: 'Limited', ...scriptedAgent('usage-limit', '3 hours') };
  desk = await BrowserDesk.open({ agents: [account, limited] });
}, 60_000);
afterAll(() => desk[Symbol.asyncDispose]());

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

async function expectNoFaults(page: Page): Promise<void> {
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate<AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
}

test('a login: the ways to log in, a key that is sent and shown nowhere, and the prompt goes on', async () => {
  const { chat, path } = await desk.session('account');
  await desk.home.client.submitPrompt(chat.id, say('hello there'));
  const page = await desk.window({ path, bypassPolicy: true });
  const card = page.getByRole('region', { name: text.label });
  await card.getByText(text.titles.login).waitFor();
  await card.getByText('Account needs a login').waitFor();
  await card.getByRole('button', { name: `${text.logInBy}: Log in with a browser` }).waitFor();
  await card.getByText('--login').waitFor();
  await picture(page, 'hold-login');
  await expectNoFaults(page);
  const field = card.getByLabel(text.keyFor('SCRIPTED_KEY'));
  expect(await field.getAttribute('type')).toBe('password');
  await field.fill('sk-page-secret');
  await field.press('Enter');
  await sees(page, /from needs-login by key/);
  await card.waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain('sk-page-secret');
  const dark = await desk.window({ path: '/settings', theme: 'dark' });
  await dark.getByText(words.usage.title, { exact: true }).waitFor();
}, 60_000);

test('the agents of the machine say how to log in to them, whether something waits or not', async () => {
  const page = await desk.window({ path: '/agents', bypassPolicy: true });
  await page.getByRole('button', { name: words.agents.loginName('Account') }).click();
  const section = page.locator('#agents');
  await section.getByText('--login').waitFor();
  await section.getByText(text.keysSet('SCRIPTED_KEY')).waitFor();
  await picture(page, 'agents-login');
  await expectNoFaults(page);
  expect(await section.getByLabel(text.keyFor('SCRIPTED_KEY')).inputValue()).toBe('');
}, 60_000);

test('a usage limit: until when, by itself or now', async () => {
  const { chat, path } = await desk.session('limited');
  await desk.home.client.submitPrompt(chat.id, say('hello'));
  const page = await desk.window({ path, theme: 'dark', bypassPolicy: true });
  const card = page.getByRole('region', { name: text.label });
  await card.getByText(text.titles.usage_limit).waitFor();
  await card.getByText(/^Resets .+\.$/).waitFor();
  await picture(page, 'hold-limit');
  await expectNoFaults(page);
  await card.getByRole('switch', { name: text.goesOn }).click();
  await expect
    .poll(async () => (await desk.home.client.getChat(chat.id)).hold)
    .toMatchObject({ goesOn: true });
}, 60_000);

test('a budget: said where the prompt waits, raised there, and one turn may go over it', async () => {
  const { chat, path } = await desk.session();
  const { client } = desk.home;
  await desk.home.turn(chat, '/echo one');
  await client.setBudget(chat.id, { tokens: 1 });
  await client.submitPrompt(chat.id, say('/echo two'));
  await client.submitPrompt(chat.id, say('/echo three'));
  const page = await desk.window({ path, bypassPolicy: true });
  const card = page.getByRole('region', { name: text.label });
  await card.getByText(/The budget of this chat is used up/).waitFor();
  await picture(page, 'hold-budget');
  await expectNoFaults(page);
  await card.getByRole('button', { name: text.goOnOnce }).click();
  await sees(page, 'two');
  await card.getByLabel(text.tokens).fill('1000000');
  await card.getByRole('button', { name: text.raise }).click();
  await sees(page, 'three');
  await card.waitFor({ state: 'detached' });
  expect(await client.listBudgets()).toMatchObject([{ subject: chat.id, tokens: 1_000_000 }]);
}, 60_000);

test('usage stands in the settings, and the budget of a day beside it', async () => {
  const page = await desk.window({ path: '/settings#usage', bypassPolicy: true });
  const usage = page.locator('#usage');
  await usage.getByRole('row', { name: /^\w+, .*\d/ }).waitFor();
  await usage.getByText(words.usage.ways.project, { exact: true }).click();
  await usage.getByRole('rowheader', { name: 'work' }).first().waitFor();
  await usage.getByLabel(text.cost).fill('5');
  await usage.getByRole('button', { name: text.setBudget }).click();
  await usage.getByText(/of \$5\.00/).waitFor();
  await picture(page, 'usage');
  await expectNoFaults(page);
  await usage.getByRole('button', { name: text.removeBudget }).click();
  await usage.getByText(text.budgetAbout.day).waitFor();
  expect((await desk.home.client.listBudgets()).some(({ subject }) => subject === 'day')).toBe(false);
}, 60_000);

test('what a chat and its session used, and their budgets, open from the size of the context', async () => {
  const { chat, path } = await desk.session();
  await desk.home.client.submitPrompt(chat.id, say('round the totals'));
  const page = await desk.window({ path, bypassPolicy: true });
  await page.getByRole('button', { name: new RegExp(words.usage.open) }).click();
  const dialog = page.getByRole('dialog', { name: words.usage.dialog });
  await dialog.getByRole('rowheader', { name: words.usage.thisSession }).waitFor();
  const form = dialog.getByRole('form', { name: text.budgets.session });
  await form.getByLabel(text.tokens).fill('900');
  await form.getByRole('button', { name: text.setBudget }).click();
  await form.getByRole('button', { name: text.removeBudget }).waitFor();
  const set = await desk.home.client.listBudgets();
  expect(set).toContainEqual(expect.objectContaining({ scope: 'session', tokens: 900 }));
  await picture(page, 'usage-dialog');
  await expectNoFaults(page);
  await desk.home.client.cancelChat(chat.id);
}, 60_000);
