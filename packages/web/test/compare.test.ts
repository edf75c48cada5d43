/** The same task for two models, begun, looked at and decided in the page. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { faults } from './faults.ts';

const text = words.tasks;

let desk: BrowserDesk;
let repository: string;

beforeAll(async () => {
  desk = await BrowserDesk.open();
  repository = desk.home.newRepository();
  const { id } = await desk.home.client.createProject({ path: repository, name: 'shop' });
  await desk.home.client.updatePolicy('project', id, { mode: 'allow_all' });
}, 60_000);
afterAll(() => desk[Symbol.asyncDispose]());

test('two work from one commit, are seen side by side, and one is kept', { timeout: 90_000 }, async () => {
  const page = await desk.window({ path: '/tasks', bypassPolicy: true });
  await page.getByRole('button', { name: text.new }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(text.form.promptLabel).fill('Round the totals in the cart');
  await form.getByRole('button', { name: text.form.addAgent }).click();
  await form.getByText(text.form.compareAbout(2)).waitFor();
  await form.getByLabel(text.form.modelOf('Demo')).last().fill('demo-careful');
  await form.getByRole('button', { name: text.form.compare, exact: true }).click();
  await page.waitForURL((at) => at.pathname.startsWith('/comparisons/'));
  await page.getByText(text.comparison.progress(2, 2)).waitFor();

  const columns = page.locator('[data-candidate]');
  expect(await columns.count()).toBe(2);
  for (const column of await columns.all()) {
    await column.getByText(text.states.done, { exact: true }).last().waitFor();
    // The first changed file is open, with its diff.
    await column.getByRole('button', { name: /demo-notes\.md 3 lines/ }).waitFor();
    await column
      .getByText(/Round the totals in the cart/)
      .first()
      .waitFor();
  }
  expect(await faults(page)).toEqual([]);
  const [comparison] = await desk.home.client.listComparisons();
  const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository, encoding: 'utf8' }).trim();
  expect(comparison).toMatchObject({ baseCommit: head, keptTaskId: null });

  const phone = await desk.window({
    phone: true,
    path: `/comparisons/${comparison?.id}`,
    bypassPolicy: true,
  });
  const tabs = phone.getByRole('tab');
  await tabs.last().click();
  expect(await tabs.last().getAttribute('aria-selected')).toBe('true');
  expect(await phone.locator('[data-candidate]').count()).toBe(1);
  await phone
    .locator('[data-candidate]')
    .getByRole('heading', { name: /demo-careful/ })
    .waitFor();
  expect(await faults(phone)).toEqual([]);
  await phone.context().close();

  await columns.last().getByRole('button', { name: text.comparison.keep }).click();
  await page.getByRole('dialog').getByRole('button', { name: text.comparison.keep }).click();
  // It closes when the others are let go.
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await columns.last().getByText(text.comparison.kept, { exact: true }).waitFor();
  await columns.first().getByText(text.comparison.letGo).waitFor();
  const after = await desk.home.client.getComparison(comparison?.id ?? '');
  expect(after.comparison.keptTaskId).toBe(after.tasks[1]?.id);
  const shown = await desk.home.client.listSessions();
  expect(shown.filter(({ archivedAt }) => archivedAt === null).map(({ id }) => id)).toEqual([
    after.tasks[1]?.sessionId,
  ]);
  await page.context().close();
});
