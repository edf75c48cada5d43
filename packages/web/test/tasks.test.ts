/** Tasks, schedules and triggers, made and looked after by hand in the page. */
import { newId, type Task } from '@pilotlight/protocol';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { faults } from './faults.ts';

const text = words.tasks;

let desk: BrowserDesk;
let projectId: string;

beforeAll(async () => {
  desk = await BrowserDesk.open();
  const path = desk.home.newRepository();
  projectId = (await desk.home.client.createProject({ path, name: 'shop' })).id;
}, 60_000);
afterAll(() => desk[Symbol.asyncDispose]());

async function create(said: string, title: string): Promise<Task> {
  const content = [{ type: 'text' as const, text: said }];
  const ids = { id: newId('task'), turnId: newId('turn') };
  return (await desk.home.client.createTask({ ...ids, projectId, agent: 'demo', content, title })).task;
}
const row = (page: Page, title: string) => page.locator('[data-task]', { hasText: title });
/** Its line says so; the mark beside it says it too, for who cannot see. */
const says = (page: Page, title: string, said: string): Promise<void> =>
  row(page, title).getByText(said, { exact: true }).last().waitFor();
const act = async (page: Page, name: string, item: string): Promise<void> => {
  await page.getByRole('button', { name: text.actions(name) }).click();
  await page.getByRole('menuitem', { name: item }).click();
};

test('a task is made in the page, runs, and shows what came of it', { timeout: 60_000 }, async () => {
  const page = await desk.window({ path: '/tasks' });
  await page.getByText(text.none).waitFor();
  await page.keyboard.press('t');
  const form = page.getByRole('dialog');
  await form.getByLabel(text.form.promptLabel).fill('/echo All is tidy.');
  await form.getByText(text.priorities.high, { exact: true }).click();
  await form.getByLabel(text.form.timeLimit).fill('5');
  await form.getByRole('button', { name: text.form.start }).click();
  await form.waitFor({ state: 'detached' });
  await says(page, '/echo All is tidy.', text.states.done);
  const [task] = await desk.home.client.listTasks();
  expect(task).toMatchObject({ priority: 'high', timeLimitMs: 300_000, agent: 'demo', projectId });
  await row(page, '/echo All is tidy.').click();
  await page.getByRole('heading', { name: text.summary }).waitFor();
  await page.getByText('All is tidy.', { exact: true }).waitFor();
  await page.getByText(task?.result?.branch ?? 'no branch').waitFor();
  await page.getByRole('button', { name: text.openSession }).click();
  await page.waitForURL((at) => at.pathname === `/sessions/${task?.sessionId}`);
  await page.context().close();
});

test('everything a task can be told is said in its form', { timeout: 60_000 }, async () => {
  const page = await desk.window({ path: '/tasks' });
  await page.getByRole('button', { name: text.new }).click();
  const form = page.getByRole('dialog');
  const fill = (label: string, value: string): Promise<void> =>
    form.getByLabel(label, { exact: true }).fill(value);
  await fill(text.form.promptLabel, '/echo Cheap and quick.');
  await form.getByRole('button', { name: 'Demo' }).waitFor();
  await fill(text.form.modelOf('Demo'), 'demo-careful');
  await form.getByRole('switch', { name: words.board.create.inPlace }).click();
  await form.getByText(/works directly in/).waitFor();
  expect(await form.getByRole('button', { name: text.form.addAgent }).count()).toBe(0);
  const file = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('as quick as it can be') };
  await form.locator('input[type=file]').setInputFiles([file, { ...file, name: 'other.txt' }]);
  await form.getByRole('button', { name: words.composer.remove('other.txt') }).click();
  await form.getByText(text.priorities.low, { exact: true }).click();
  await form.getByLabel(text.form.mode).selectOption('accept_edits');
  await fill(text.form.timeLimit, '1.5');
  await fill(text.form.budget, '2.50');
  await fill(text.form.currency, 'eur');
  await fill(text.form.tokens, '200000');
  await fill(text.form.retries, '11');
  await fill(text.form.title, 'All of it');
  await fill(text.form.webhook, 'https://hooks.invalid/done');
  await fill(text.form.webhookSecret, 'a long secret');
  // More than the server takes is refused where it was typed.
  await form.getByLabel(text.form.promptLabel).press('ControlOrMeta+Enter');
  expect(await form.locator('input:invalid').getAttribute('placeholder')).toBe('3');
  await fill(text.form.retries, '0');
  await form.getByLabel(text.form.promptLabel).press('ControlOrMeta+Enter');
  await form.waitFor({ state: 'detached' });
  await says(page, 'All of it', text.states.done);
  const task = (await desk.home.client.listTasks()).find(({ title }) => title === 'All of it');
  expect(task).toMatchObject({
    model: 'demo-careful',
    inPlace: true,
    base: null,
    priority: 'low',
    mode: 'accept_edits',
    timeLimitMs: 90_000,
    budget: { tokens: 200_000, cost: { amount: 2.5, currency: 'EUR' } },
    retries: 0,
    webhook: { url: 'https://hooks.invalid/done', signed: true },
  });
  const { messages } = await desk.home.client.listMessages(task?.chatId ?? '');
  expect(messages[0]?.parts).toMatchObject([
    { type: 'text', text: '/echo Cheap and quick.' },
    {
      type: 'content',
      content: {
        type: 'resource',
        resource: { uri: 'attachment:///notes.txt', text: 'as quick as it can be' },
      },
    },
  ]);
  await row(page, 'All of it').click();
  await page.getByText('2.50 EUR, 200K tokens').waitFor();
  await page.context().close();
});

test('an agent gets a number of its own, and loses it again', { timeout: 60_000 }, async () => {
  const limits = async () => (await desk.home.client.getSettings()).taskLimits;
  const before = await limits();
  const page = await desk.window({ path: '/tasks' });
  const section = page.locator('#task-limits');
  await section.getByRole('button', { name: words.board.create.chooseAgent }).click();
  await page.getByRole('option', { name: /^Demo/ }).click();
  const field = section.getByLabel(text.ownLimit('Demo'), { exact: true });
  await field.fill('');
  await field.pressSequentially('12');
  expect(await field.inputValue()).toBe('12');
  await expect.poll(limits).toEqual({ ...before, agents: { demo: 12 } });
  await section.getByRole('button', { name: text.removeOwnLimit('Demo') }).click();
  await field.waitFor({ state: 'detached' });
  expect(await limits()).toEqual(before);
  await page.context().close();
});

test('one that waits is raised, cancelled, run again and removed', { timeout: 60_000 }, async () => {
  const { client } = desk.home;
  await client.updateSettings({ taskLimits: { machine: 1, agent: 1, agents: {} } });
  const running = await create('/wait', 'Watch the build');
  const waiting = await create('/echo later', 'Tidy the imports');
  const page = await desk.window({ path: '/tasks' });
  await says(page, 'Watch the build', text.states.running);
  await says(page, 'Tidy the imports', text.waitsForPlace);
  await act(page, 'Tidy the imports', text.withPriority.high);
  await row(page, 'Tidy the imports').getByLabel(text.withPriority.high).waitFor();
  await act(page, 'Tidy the imports', text.cancel);
  await says(page, 'Tidy the imports', text.states.cancelled);
  expect(await client.getTask(waiting.id)).toMatchObject({ state: 'cancelled', sessionId: null });

  await act(page, 'Tidy the imports', text.retry);
  await says(page, 'Tidy the imports', text.waitsForPlace);
  // The limit is one for all: raised here, it starts at once.
  await page.getByLabel(text.agentLimit, { exact: true }).fill('2');
  await page.getByLabel(text.machineLimit).fill('2');
  await says(page, 'Tidy the imports', text.states.done);
  await act(page, 'Watch the build', text.cancel);
  await client.waitForTask(running.id);
  await says(page, 'Watch the build', text.states.cancelled);
  await act(page, 'Watch the build', text.remove);
  await row(page, 'Watch the build').waitFor({ state: 'detached' });
  await page.context().close();
});

test(
  'a schedule says when it is due before it is saved; it is changed, turned off and removed',
  { timeout: 60_000 },
  async () => {
    const page = await desk.window({ path: '/tasks' });
    await page.getByRole('button', { name: text.newSchedule }).first().click();
    const form = page.getByRole('dialog');
    await form.getByLabel(text.form.promptLabel).fill('Update the dependencies');
    await form.getByLabel(text.form.cron, { exact: true }).fill('now and then');
    await form.getByText(/no cron expression/).waitFor();
    await form.getByLabel(text.form.cron, { exact: true }).fill('0 3 1 1 *');
    await form.getByLabel(text.form.timeZone).fill('UTC');
    await form.getByText(/Jan 1, 20\d\d, 3:00/).waitFor();
    await form.getByRole('button', { name: text.form.save }).click();
    await form.waitFor({ state: 'detached' });
    await page.getByText('0 3 1 1 * UTC').waitFor();
    await act(page, 'Update the dependencies', text.edit);
    await form.getByLabel(text.form.name).fill('Yearly');
    await form.getByText(text.form.overlaps.start, { exact: true }).click();
    await form.getByRole('switch', { name: words.board.create.inPlace }).click();
    await form.getByLabel(text.form.tokens).fill('5000');
    await form.getByRole('button', { name: text.form.save }).click();
    await page.getByText('Yearly', { exact: true }).waitFor();
    await page.getByRole('switch', { name: text.enabled('Yearly') }).click();
    await page.getByText(new RegExp(`^${text.off} · `)).waitFor();
    expect(await desk.home.client.listSchedules()).toMatchObject([
      {
        name: 'Yearly',
        enabled: false,
        overlap: 'start',
        nextAt: null,
        task: { inPlace: true, budget: { tokens: 5000, cost: null }, retries: 3 },
      },
    ]);
    await act(page, 'Yearly', text.removeSource);
    await page.getByText(text.noSchedules).waitFor();
    await page.context().close();
  },
);

test('the secret of a trigger is shown once, and it works', { timeout: 60_000 }, async () => {
  const page = await desk.window({ path: '/tasks', bypassPolicy: true });
  await page.getByRole('button', { name: text.newTrigger }).first().click();
  const form = page.getByRole('dialog');
  await form.getByLabel(text.form.promptLabel).fill('Look into {{title}}');
  await form.getByLabel(text.form.mode).selectOption('allow_all');
  await form.getByLabel(text.form.name).fill('New issue');
  await form.getByRole('button', { name: text.form.save }).click();
  const shown = page.getByRole('dialog', { name: text.secretTitle });
  const secret = await shown.getByLabel(text.secret, { exact: true }).innerText();
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await shown.waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(secret);
  const [trigger] = await desk.home.client.listTriggers();
  const answer = await fetch(`${desk.home.running.url}/api/triggers/${trigger?.id}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}` },
    body: JSON.stringify({ title: 'hello' }),
  });
  expect(answer.status).toBe(202);
  await says(page, 'New issue', text.states.done);
  await page.context().close();
});

test('has no fault, in either appearance and on a phone, nor has its form', { timeout: 60_000 }, async () => {
  const task = await create('/fail on purpose', 'Translate the checkout');
  await desk.home.client.waitForTask(task.id);
  for (const look of [{ theme: 'light' }, { theme: 'dark' }, { phone: true }] as const) {
    const page = await desk.window({ ...look, bypassPolicy: true, path: '/tasks' });
    await row(page, 'Translate the checkout').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: text.new }).click();
    await page.getByRole('dialog').getByRole('button', { name: text.form.addAgent }).click();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await row(page, 'Translate the checkout').click();
    await page.getByRole('heading', { name: text.prompt }).waitFor();
    expect(await faults(page)).toEqual([]);
    // Nothing is pushed out at the side, however long its title.
    const menu = page.getByRole('button', { name: text.actions('Translate the checkout') });
    const box = await menu.boundingBox();
    expect((box?.x ?? Infinity) + (box?.width ?? 0)).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
    await page.context().close();
  }
});
