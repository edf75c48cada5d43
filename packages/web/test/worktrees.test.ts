/** Worktrees on the page: scripts asked for, run, shown and stopped; a folder that is watched, one that is gone; a base. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { sees, send } from './looks.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Where pictures go, when somebody wants to look. */
const PICTURES = process.env['PILOTLIGHT_PICTURES'];
const text = words.scripts;

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await BrowserDesk.open();
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

/** A session after its first turn, in a repository with that `.pilotlight.json`. */
async function session(config: unknown): Promise<{ path: string; sessionId: string; worktree: string }> {
  const { client } = desk.home;
  const folder = desk.home.newRepository();
  writeFileSync(join(folder, '.pilotlight.json'), JSON.stringify(config, null, 2));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder });
  git('add', '-A');
  git('commit', '-qm', 'configure');
  const project = await client.createProject({ path: folder });
  const made = await client.createSession({ projectId: project.id, agent: 'demo' });
  await desk.home.turn(made.chat, '/echo hi');
  const { worktree } = await client.getSession(made.session.id);
  return {
    path: `/sessions/${made.session.id}?chat=${made.chat.id}`,
    sessionId: made.session.id,
    worktree: worktree?.path ?? '',
  };
}

const CONFIG = {
  setup: 'echo "installing 3 packages"; echo "ready"',
  run: { dev: 'echo "listening on $PILOTLIGHT_PORT_WEB"; tail -f /dev/null' },
  teardown: 'echo bye',
  ports: ['web'],
};

test('scripts are read and allowed first; then they run, and are stopped', async () => {
  const { path } = await session(CONFIG);
  const page = await desk.window({ path, bypassPolicy: true });
  const notice = page.getByRole('region', { name: text.notice.label });
  await notice.getByText(text.notice.waits).waitFor();
  await notice.getByRole('button', { name: text.notice.look }).click();
  await page.getByText(text.ask.title).waitFor();
  await page.getByText(CONFIG.run.dev).waitFor();
  expect(await page.getByRole('button', { name: text.start('dev') }).count()).toBe(0);
  await picture(page, 'scripts-ask');
  await expectNoFaults(page);

  await page.getByRole('button', { name: text.ask.allow }).click();
  await notice.waitFor({ state: 'detached' });
  const output = page.getByLabel(text.output('setup'));
  await page.getByText('installing 3 packages').first().waitFor({ state: 'attached' });
  expect(await output.textContent()).toContain('ready');

  await page.getByRole('button', { name: text.start('dev') }).click();
  await page.getByRole('button', { name: text.stop('dev') }).waitFor();
  await page.getByLabel(text.output('dev')).getByText('listening on 2').waitFor({ state: 'attached' });
  await picture(page, 'scripts-running');
  await page.reload();
  await page.getByLabel(text.output('dev')).getByText('listening on 2').waitFor({ state: 'attached' });
  await expectNoFaults(page);
  await page.getByRole('button', { name: text.stop('dev') }).click();
  await page.getByRole('button', { name: text.again('dev') }).waitFor();

  if (PICTURES === undefined) return;
  const dark = await desk.window({ path, theme: 'dark' });
  await dark.getByRole('tab', { name: words.changes.tabs.scripts }).click();
  await dark.getByText(CONFIG.run.dev).waitFor();
  await picture(dark, 'scripts-dark');
  const phone = await desk.window({ path, phone: true });
  await phone.getByRole('button', { name: words.session.side }).first().click();
  await phone.getByRole('tab', { name: words.changes.tabs.scripts }).click();
  await phone.getByText(CONFIG.run.dev).waitFor();
  await picture(phone, 'scripts-phone');
});

test('a setup that failed is said, and tried again from there', async () => {
  const { path, worktree } = await session({ setup: 'test -e fixed || { echo "no fixed"; exit 3; }' });
  const page = await desk.window({ path, bypassPolicy: true });
  const notice = page.getByRole('region', { name: text.notice.label });
  await notice.getByRole('button', { name: text.notice.look }).click();
  await page.getByRole('button', { name: text.ask.allow }).click();
  await notice.getByText(text.notice.failed).waitFor();
  await page.getByText(`${text.states.failed}, ${text.exit(3)}`).waitFor();
  await picture(page, 'scripts-failed');
  await expectNoFaults(page);
  writeFileSync(join(worktree, 'fixed'), '');
  await notice.getByRole('button', { name: text.notice.again }).click();
  await notice.waitFor({ state: 'detached' });
  await page.getByText(text.states.succeeded, { exact: true }).waitFor();
  expect(await page.getByText(text.notice.failed).count()).toBe(0);
});

test('an edit by hand appears among the changes, without a click and without a turn', async () => {
  const { path, worktree } = await session({});
  const page = await desk.window({ path });
  await page.getByRole('tab', { name: words.changes.tabs.changes }).click();
  await page.getByText(words.changes.none).waitFor();
  appendFileSync(join(worktree, 'README.md'), 'by hand\n');
  await page.getByText('README.md').first().waitFor();
  mkdirSync(join(worktree, 'deep/down'), { recursive: true });
  writeFileSync(join(worktree, 'deep/down/new.txt'), 'new\n');
  await page.getByText('new.txt').first().waitFor();
  expect(await page.getByText(words.changes.none).count()).toBe(0);
});

test('a session starts from a typed commit or pull request', async () => {
  const page = await desk.window({ bypassPolicy: true });
  await page.getByRole('button', { name: words.board.newSession }).first().click();
  const create = words.board.create;
  await page.getByRole('button', { name: /^from / }).click();
  await page.getByRole('combobox', { name: create.base }).fill('#12');
  await page.getByText(create.pullRequest(12)).waitFor();
  await picture(page, 'base-picker');
  await expectNoFaults(page);
  await page.getByRole('combobox', { name: create.base }).press('Enter');
  await page.getByRole('button', { name: create.from('#12') }).waitFor();
  await page.getByRole('button', { name: create.begin }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').innerText()).toContain('has no remote');
});

test('a worktree that is gone is brought back from the turn that failed for it', async () => {
  const { path, worktree, sessionId } = await session({});
  rmSync(worktree, { recursive: true });
  const page = await desk.window({ path, bypassPolicy: true });
  await send(page, '/echo after');
  const button = page.getByRole('button', { name: words.transcript.repair.action });
  await button.waitFor();
  await picture(page, 'worktree-gone');
  await expectNoFaults(page);
  await button.click();
  await page.getByText(/The worktree was made again/).waitFor();
  expect(existsSync((await desk.home.client.getSession(sessionId)).worktree?.path ?? '')).toBe(true);
  await page.getByRole('button', { name: words.transcript.sendPromptAgain }).first().click();
  await sees(page, 'after');
});
