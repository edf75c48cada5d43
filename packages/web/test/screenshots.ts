/**
 * Makes `docs/screenshots/`: every place, light and dark, wide and on a phone, from a real run with the demo agent.
 * `npm run screenshots -w @pilotlight/web`. Look at each before it is committed.
 */
import { newId, type Chat, type Comparison, type CreateTask, type Task } from '@pilotlight/protocol';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { say } from '../../server/test/composed-harness.ts';
import { BrowserDesk, type WindowOptions } from './browser-desk.ts';
import { transcript } from './looks.ts';

const FOLDER = join(import.meta.dirname, '../../../docs/screenshots');
const LOOKS: Record<string, WindowOptions> = {
  light: { theme: 'light' },
  dark: { theme: 'dark' },
  'phone-light': { theme: 'light', phone: true },
  'phone-dark': { theme: 'dark', phone: true },
};

mkdirSync(FOLDER, { recursive: true });
await using desk = await BrowserDesk.open({ paceMs: 12 });
const { client } = desk.home;

/** A chat with the demo agent in a session of the named project. */
async function begin(project: string, prompt: string, title?: string): Promise<{ chat: Chat; path: string }> {
  const { id: projectId } = await client.createProject({ path: folders[project] ?? '', name: project });
  const { session, chat } = await client.createSession({
    projectId,
    agent: 'demo',
    ...(title === undefined ? {} : { title }),
  });
  await client.submitPrompt(chat.id, say(prompt));
  return { chat, path: `/sessions/${session.id}?chat=${chat.id}` };
}

/** Allows what the chat's turn asks for next. */
async function allow(chat: Chat): Promise<void> {
  const { permissions } = await desk.home.until(chat, (state) =>
    Object.values(state.permissions).some(({ state: each }) => each === 'pending'),
  );
  const open = Object.values(permissions).find(({ state }) => state === 'pending');
  const once = open?.options.find(({ kind }) => kind === 'allow_once');
  await client.answerPermission(open?.id ?? '', { optionId: once?.optionId ?? '', by: 'page' });
}

const SHOP = `import type { Cart } from './types.ts';

export function total(cart: Cart): number {
  let sum = 0;
  for (const line of cart.lines) sum += line.price * line.count;
  // What the customer pays, in the currency of the shop.
  return sum;
}

export function isEmpty(cart: Cart): boolean {
  return cart.lines.length === 0;
}
`;
const folders: Record<string, string> = {
  shop: desk.home.newRepository(true, {
    'src/cart.ts': SHOP,
    'src/address.ts': "export const address = { street: '', town: '' };\n",
  }),
  api: desk.home.newRepository(),
};
const done = await begin('shop', 'Round the totals in the cart and add a note');
await allow(done.chat);
await allow(done.chat);
await desk.home.until(
  done.chat,
  ({ chat }) => chat?.lastTurnState === 'completed' && chat.activity === 'idle',
);
await begin(
  'shop',
  '/write src/discount.ts export const discount = (total: number) => total > 100 ? 0.1 : 0;',
  'Add a discount for large carts',
);
await begin('api', '/wait', 'Profile the search endpoint');
await begin('api', '/fail The model refused the request', 'Migrate the orders table');
await begin(
  'shop',
  '/echo The checkout has three steps; the second one validates the address twice.',
  'How does the checkout work?',
);
const asks = await begin('api', 'Look for slow queries and explain them');
await desk.home.until(asks.chat, ({ permissions }) => Object.keys(permissions).length > 0);

const reviewed = await client.getSession(/ses_[^?]+/.exec(done.path)?.[0] ?? '');
changeFiles(reviewed.worktree?.path ?? '');
await client.review.createComment(reviewed.id, {
  id: newId('comment'),
  path: 'src/cart.ts',
  side: 'new',
  startLine: 7,
  endLine: 7,
  code: '  return Math.round(sum * 100) / 100;',
  text: 'Round each line instead: the sum of rounded lines is what the receipt shows.',
});
const reviewPath = `${done.path}&review=unstaged&file=src%2Fcart.ts`;

const { task, comparison } = await makeTasks(reviewed.projectId);

const PLACES: [name: string, path: string, ready: (page: Page) => Promise<unknown>][] = [
  ['board', '/', (page) => page.locator('[data-board-row]').nth(5).waitFor()],
  [
    'session',
    done.path,
    (page) =>
      transcript(page)
        .getByText(/Done: I read/)
        .waitFor(),
  ],
  ['review', reviewPath, (page) => page.getByText('Math.round').first().waitFor()],
  ['question', asks.path, (page) => page.getByRole('button', { name: /allow once/i }).waitFor()],
  ['inbox', '/inbox', (page) => page.getByText('demo-notes.md').first().waitFor()],
  ['tasks', '/tasks', (page) => page.getByText('New issue').first().waitFor()],
  ['task', `/tasks/${task.id}`, (page) => page.getByRole('heading', { name: 'Prompt' }).waitFor()],
  [
    'compare',
    `/comparisons/${comparison.id}`,
    (page) => page.locator('[data-candidate] table').first().waitFor(),
  ],
  ['agents', '/agents', (page) => page.getByText('opencode').first().waitFor()],
  ['settings', '/settings', (page) => page.getByRole('heading').first().waitFor()],
];

/** Tasks that have ended, run and wait, a comparison, and what makes tasks. */
async function makeTasks(projectId: string): Promise<{ task: Task; comparison: Comparison }> {
  await client.updateSettings({ taskLimits: { machine: 2, agents: { demo: 2 } } });
  const make = async (title: string, said: string, more: Partial<CreateTask> = {}): Promise<Task> => {
    const content = [{ type: 'text' as const, text: said }];
    const ids = { id: newId('task'), turnId: newId('turn') };
    const made = { ...ids, projectId, content, title, agent: 'demo', mode: 'allow_all' as const, ...more };
    return (await client.createTask(made)).task;
  };
  const readme = await make('Describe the cart in the readme', 'Describe the cart in the readme', {
    timeLimitMs: 1_800_000,
    budget: { tokens: 200_000, cost: { amount: 2, currency: 'USD' } },
  });
  await client.waitForTask(readme.id);
  const content = [{ type: 'text' as const, text: 'Make the totals faster to compute' }];
  const two = ['demo-fast', 'demo-careful'].map((model) => ({
    taskId: newId('task'),
    turnId: newId('turn'),
    agent: 'demo',
    model,
  }));
  const id = newId('comparison');
  const compared = await client.createComparison({
    id,
    projectId,
    content,
    mode: 'allow_all',
    candidates: two,
  });
  for (const taskId of compared.comparison.taskIds) await client.waitForTask(taskId);
  await make('Watch the nightly build', '/wait');
  await make('Try the import of old orders', '/wait');
  await make('Update the dependencies', '/wait', { priority: 'high' });
  const template = { content, agent: 'demo' };
  await client.createSchedule({
    projectId,
    name: 'Nightly dependency check',
    cron: '0 3 * * 1-5',
    timeZone: 'Europe/Berlin',
    task: template,
  });
  await client.createTrigger({ projectId, name: 'New issue', task: template });
  return { task: await client.getTask(readme.id), comparison: compared.comparison };
}

/** As an agent would have left them. */
function changeFiles(folder: string): void {
  writeFileSync(
    join(folder, 'src/cart.ts'),
    SHOP.replace('return sum;', 'return Math.round(sum * 100) / 100;').replace(
      'line.price * line.count',
      'line.price * line.count * (1 - discount)',
    ),
  );
  writeFileSync(join(folder, 'src/discount.ts'), 'export const discount = 0.1;\n');
  renameSync(join(folder, 'src/address.ts'), join(folder, 'src/checkout-address.ts'));
}

async function shoot(page: Page, name: string): Promise<void> {
  // What fades in has done so, and fonts are there.
  await page.evaluate('document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 400)))');
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

for (const [look, options] of Object.entries(LOOKS)) {
  const page = await desk.window(options);
  for (const [name, path, ready] of PLACES) {
    await page.goto(desk.home.running.url + path);
    await ready(page);
    await shoot(page, `${name}-${look}`);
  }
  if (options.phone !== true) {
    await page.goto(desk.home.running.url);
    for (const [name, keys] of [
      ['new-session', 'n'],
      ['palette', 'ControlOrMeta+k'],
      ['shortcuts', '?'],
      ['new-task', 't'],
    ] as const) {
      await page.locator('[data-board-row]').first().waitFor();
      await page.keyboard.press(keys);
      await page.getByRole('dialog').waitFor();
      await shoot(page, `${name}-${look}`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  }
  await page.context().close();
  const stranger = await desk.window({ ...options, signedIn: false });
  await stranger.getByRole('heading').first().waitFor();
  await shoot(stranger, `signed-out-${look}`);
  await stranger.context().close();
}
