/** The page as a person uses it: in Chromium, before the whole server, with the demo agent as a real process. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { composer, saidIn, sees, send, transcript } from './looks.ts';

let desk: BrowserDesk;

beforeEach(async () => {
  desk = await BrowserDesk.open();
});
afterEach(() => desk[Symbol.asyncDispose]());

test('from nothing to the first answer in three actions', { timeout: 60_000 }, async () => {
  const folder = desk.home.newRepository();
  const page = await desk.window();
  const first = words.board.first;
  await page.getByLabel(first.folder, { exact: true }).fill(folder);
  await page.getByLabel(first.prompt, { exact: true }).fill('/echo the first answer');
  const made = page.waitForRequest(
    (asked) => asked.method() === 'POST' && asked.url().endsWith('/api/sessions'),
  );
  await page.getByRole('button', { name: first.start, exact: true }).click();
  // So that the server prepares for it meanwhile.
  expect((await made).postDataJSON()).toMatchObject({ about: '/echo the first answer' });
  await sees(page, 'the first answer');
  await page.waitForURL(/\/sessions\/ses_/);
  expect(await desk.home.client.listProjects()).toMatchObject([{ path: folder }]);
  // The session has a name in the rail, made from the prompt.
  await page.getByRole('navigation').getByText('/echo the first answer').first().waitFor();
});

test('a permission is answered by a key, and shrinks to who answered', { timeout: 60_000 }, async () => {
  const { path, chat } = await desk.session();
  const page = await desk.window({ path });
  await send(page, '/ask');
  const allow = page.getByRole('button', { name: /allow/i }).first();
  await allow.waitFor();
  // Away from the text field, as somebody who reads.
  await transcript(page).focus();
  await page.keyboard.press('1');
  await sees(page, /You chose/);
  const [permission] = await desk.home.client.listPermissions({ chatId: chat.id });
  expect(permission).toMatchObject({ state: 'answered', answeredBy: 'page' });
  await expect.poll(() => page.getByRole('button', { name: /^allow/i }).count()).toBe(0);
});

test('two windows and another client show the same', { timeout: 60_000 }, async () => {
  const { path, chat } = await desk.session();
  const [left, right] = [await desk.window({ path }), await desk.window({ path, theme: 'dark' })];
  await send(left, '/count 40');
  await sees(right, /39 40/);
  await desk.home.turn(chat, '/echo said by the command line');
  for (const page of [left, right]) await sees(page, 'said by the command line');
  await expect.poll(async () => (await saidIn(left)) === (await saidIn(right))).toBe(true);
  expect(await saidIn(left)).toContain(await desk.home.words(chat).then((text) => text.slice(-20).trim()));
});

test(
  'a reload in the middle of an answer goes on with it, and loses no draft',
  { timeout: 60_000 },
  async () => {
    const { path, session } = await desk.session();
    const page = await desk.window({ path });
    await send(page, '/hold go-on');
    await sees(page, 'holding');
    await composer(page).fill('not sent yet');
    await page.reload();
    await sees(page, 'holding');
    expect(await composer(page).inputValue()).toBe('not sent yet');
    const { worktree } = await desk.home.client.getSession(session.id);
    writeFileSync(join(worktree?.path ?? '', 'go-on'), '');
    await sees(page, /holding released/);
  },
);

test(
  'prompts sent while a turn runs wait in the queue, can be edited and taken out',
  { timeout: 60_000 },
  async () => {
    const { path, chat } = await desk.session();
    const page = await desk.window({ path });
    await send(page, '/wait');
    await sees(page, 'waiting');
    await send(page, '/echo second');
    await send(page, '/echo third');
    await expect.poll(async () => (await desk.home.client.listQueue(chat.id)).length).toBe(2);
    await page.getByText(words.composer.queueCount(2)).waitFor();
    await page.getByRole('button', { name: words.composer.stop, exact: true }).click();
    await sees(page, 'third');
  },
);

test('a phone has one column, a bar below and large targets', { timeout: 60_000 }, async () => {
  const { path } = await desk.session();
  const page = await desk.window({ path, phone: true });
  await send(page, '/echo small and whole');
  await sees(page, 'small and whole');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(390);
  // The bar makes room while something is written.
  await composer(page).blur();
  const bar = page.getByRole('navigation').last();
  for (const link of await bar.getByRole('link').all()) {
    const box = await link.boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
  }
  await bar.getByRole('link', { name: words.frame.board }).click();
  await page.getByText('/echo small and whole').first().waitFor();
});

test(
  'a browser that is signed out is told how to sign in, and is let in by a link',
  { timeout: 60_000 },
  async () => {
    const page = await desk.window({ signedIn: false });
    await page.getByRole('heading', { name: words.access.title }).waitFor();
    await page.getByText(words.access.command).waitFor();
    const link = await desk.home.client.createSignInLink();
    await page.goto(link.url);
    await page.getByRole('heading', { name: words.board.first.title }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  },
);

test('what an agent says is never markup, and its images are not loaded', { timeout: 60_000 }, async () => {
  const { path } = await desk.session();
  const page = await desk.window({ path });
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  await send(
    page,
    '/echo <b id="mark">bold</b> ![a picture](https://elsewhere.example/p.png) [go](javascript:alert(1))',
  );
  await sees(page, /a picture/);
  expect(await page.locator('#mark').count()).toBe(0);
  expect(await transcript(page).locator('a[href^="javascript"]').count()).toBe(0);
  expect(requested.filter((url) => url.includes('elsewhere.example'))).toEqual([]);
});

test('what the demo agent does is shown as what it is', { timeout: 60_000 }, async () => {
  const { path, chat } = await desk.session();
  const page = await desk.window({ path });
  await send(page, 'show me');
  for (let asked = 0; asked < 2; asked += 1) {
    const state = await desk.home.until(chat, ({ permissions }) =>
      Object.values(permissions).some((permission) => permission.state === 'pending'),
    );
    const open = Object.values(state.permissions).find((permission) => permission.state === 'pending');
    await page.getByRole('button', { name: /allow/i }).first().waitFor();
    await transcript(page).focus();
    await page.keyboard.press('1');
    await desk.home.until(chat, ({ permissions }) => permissions[open?.id ?? '']?.state === 'answered');
  }
  await sees(page, /Done: I read/);
  await sees(page, /demo-notes\.md/);
  await sees(page, /uname/);
  await sees(page, words.transcript.plan);
  await page.getByRole('tab', { name: words.changes.tabs.changes }).click();
  // The transcript names it too.
  const list = page.getByRole('group', { name: words.changes.list });
  await list.getByRole('button', { name: /demo-notes\.md/ }).click();
  const diff = page.getByRole('group', { name: words.transcript.diff.of('demo-notes.md') });
  await expect.poll(() => diff.last().innerText()).toContain('Notes of the demo agent');
});

test(
  'a prompt is kept while the server is away, and sent once when it is back',
  { timeout: 60_000 },
  async () => {
    const { path, chat } = await desk.session();
    const page = await desk.window({ path });
    await send(page, '/echo one');
    await sees(page, 'one');
    await page.context().setOffline(true);
    await send(page, '/echo kept for later');
    await sees(page, '/echo kept for later');
    await page.context().setOffline(false);
    await expect.poll(() => desk.home.words(chat), { timeout: 20_000 }).toContain('kept for later');
    const { turns } = await desk.home.client.listMessages(chat.id, { limit: 100 });
    expect(turns).toHaveLength(2);
  },
);

test(
  'what is wrong with agents.json is said with the health of the server',
  { timeout: 60_000 },
  async () => {
    writeFileSync(desk.home.agentsFile, '{');
    const page = await desk.window({ path: '/agents' });
    await page.getByText(/agents\.json is not JSON/).waitFor();
    expect(await page.getByText(words.agents.agentsFileAbout).count()).toBe(1);
  },
);
