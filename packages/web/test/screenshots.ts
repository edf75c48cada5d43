/**
 * Makes `docs/screenshots/`: every place, light and dark, wide and on a phone, from a real run with the demo agent.
 * `npm run screenshots -w @pilotlight/web`. Look at each before it is committed.
 */
import { newId, type Chat } from '@pilotlight/protocol';
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
async function begin(project: string, prompt: string): Promise<{ chat: Chat; path: string }> {
  const { id: projectId } = await client.createProject({ path: folders[project] ?? '', name: project });
  const { session, chat } = await client.createSession({ projectId, agent: 'demo' });
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
);
await begin('api', '/wait');
await begin('api', '/fail The model refused the request');
await begin('shop', '/echo The checkout has three steps; the second one validates the address twice.');
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
  ['tasks', '/tasks', (page) => page.getByRole('heading').first().waitFor()],
  ['agents', '/agents', (page) => page.getByText('opencode').first().waitFor()],
  ['settings', '/settings', (page) => page.getByRole('heading').first().waitFor()],
];

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
