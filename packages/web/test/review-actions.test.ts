/** What is done with changes from the page: staged, discarded, committed, merged, and taken back. On real git. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { words } from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { confirm, lines, ReviewDesk } from './review-desk.ts';

const w = words.review;
const TIME = { timeout: 60_000 };

let desk: BrowserDesk;
let review: ReviewDesk;

beforeEach(async () => {
  desk = await BrowserDesk.open();
  review = await ReviewDesk.open(desk);
}, 60_000);
afterEach(() => desk[Symbol.asyncDispose]());

test('what is discarded comes back with one action', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;', 30: 'const line30 = 300;' });
  const page = await review.window({ scope: 'unstaged', file: 'src/cart.ts' });
  await page.getByRole('button', { name: w.hunkActions.discard }).first().click();
  await confirm(page, 'discard');
  await expect.poll(() => review.read('src/cart.ts')).not.toContain('line5 = 500');
  expect(review.read('src/cart.ts')).toContain('line30 = 300');
  await page.getByRole('button', { name: w.undo }).first().click();
  await expect.poll(() => review.read('src/cart.ts')).toContain('line5 = 500');
  await lines(page, 'src/cart.ts').getByText('const line5 = 500;').waitFor();
});

test('the agent drafts the message, and the wait for it is seen', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  const page = await review.window({ scope: 'unstaged' });
  await page.getByRole('button', { name: w.draftMessage }).click();
  await expect
    .poll(() => page.getByRole('textbox', { name: w.message }).inputValue(), { timeout: 30_000 })
    .not.toBe('');
  // It is no part of any chat.
  const { messages } = await desk.home.client.listMessages(review.chat.id, { limit: 50 });
  expect(messages.filter(({ role }) => role === 'user')).toHaveLength(1);
});

test('the session is merged into its base branch, and the branch is put back', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  review.git('commit', '-qam', 'Price line five');
  const before = review.git('rev-parse', 'main');
  const page = await review.window();
  await page.getByRole('button', { name: w.branchMenu, exact: true }).click();
  await page.getByRole('menuitem', { name: w.actions.merge.menu('main') }).click();
  await confirm(page, 'merge');
  await expect.poll(() => review.git('show', 'main:src/cart.ts')).toContain('line5 = 500');
  await page.getByRole('button', { name: w.undo }).first().click();
  await expect.poll(() => review.git('rev-parse', 'main')).toBe(before);
});

test('the branch is pushed to where the plan says', TIME, async () => {
  const remote = desk.home.newFolder();
  review.git('init', '-q', '--bare', remote);
  review.git('remote', 'add', 'origin', remote);
  review.cart({ 5: 'const line5 = 500;' });
  review.git('commit', '-qam', 'Price line five');
  const page = await review.window();
  await page.getByRole('button', { name: w.branchMenu, exact: true }).click();
  await page.getByRole('menuitem', { name: w.actions.push.menu('origin') }).click();
  await confirm(page, 'push');
  const head = review.git('rev-parse', 'HEAD').trim();
  await expect.poll(() => review.git('ls-remote', remote)).toContain(head);
});
