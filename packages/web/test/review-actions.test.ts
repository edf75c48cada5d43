/** What is done with changes from the page: staged, discarded, committed, merged, and taken back. On real git. */
import { expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { composer, sees, send } from './looks.ts';
import { CART, SOON, TIME, confirm, desk, lines, review, row, useReviewDesk } from './review-desk.ts';

const w = words.review;

useReviewDesk();

const staged = () => review.git('diff', '--cached', '--name-only').split('\n').filter(Boolean);

test('a hunk and a file are staged and taken out again', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;', 30: 'const line30 = 300;' });
  review.write({ 'a.md': 'new\n' });
  const page = await review.window({ scope: 'unstaged', file: 'src/cart.ts' });
  const hunks = page.getByRole('button', { name: w.hunkActions.stage });
  await hunks.nth(1).waitFor();
  await hunks.first().click();
  await page.getByText(w.staged(1), { exact: true }).waitFor();
  expect(review.git('diff', '--cached')).toContain('line5 = 500');
  expect(review.git('diff', '--cached')).not.toContain('line30 = 300');
  await page.getByRole('button', { name: w.stageFile('a.md') }).click();
  await expect.poll(staged, SOON).toEqual(['a.md', 'src/cart.ts']);
  await page.getByText(w.staged(2), { exact: true }).waitFor();
  await page.getByRole('button', { name: w.unstageAll }).click();
  await expect.poll(staged, SOON).toEqual([]);
  expect(review.read('src/cart.ts')).toContain('line5 = 500');
});

test('what is discarded comes back with one action', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;', 30: 'const line30 = 300;' });
  const page = await review.window({ scope: 'unstaged', file: 'src/cart.ts' });
  await page.getByRole('button', { name: w.hunkActions.discard }).first().click();
  await confirm(page, 'discard');
  await expect.poll(() => review.read('src/cart.ts'), SOON).not.toContain('line5 = 500');
  expect(review.read('src/cart.ts')).toContain('line30 = 300');
  await page.getByRole('button', { name: w.undo }).first().click();
  await expect.poll(() => review.read('src/cart.ts'), SOON).toContain('line5 = 500');
  await lines(page, 'src/cart.ts').getByText('const line5 = 500;').waitFor();
});

test('a commit says what it takes, is made, and is taken back', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  const before = review.git('rev-parse', 'HEAD');
  const page = await review.window({ scope: 'unstaged' });
  const button = page.getByRole('button', { name: w.commitAll(1) });
  await button.waitFor();
  expect(await button.isDisabled()).toBe(true);
  await page.getByRole('textbox', { name: w.message }).fill('Price line five');
  await button.click();
  await confirm(page, 'commit');
  await page.getByText(w.nothing.uncommitted).waitFor();
  expect(review.git('log', '-1', '--format=%s%n%an')).toBe('Price line five\nAda\n');
  await page.getByRole('button', { name: w.undo }).first().click();
  await expect.poll(() => review.git('rev-parse', 'HEAD'), SOON).toBe(before);
  await row(page, /^Modified: cart\.ts/).waitFor();
});

test('the commit box counts files as the commit does', TIME, async () => {
  review.git('mv', 'src/old-name.ts', 'src/new-name.ts');
  review.cart({ 5: 'const line5 = 500;' });
  review.write({ 'a.md': 'new\n' });
  const page = await review.window({ scope: 'unstaged' });
  // A renamed file is one.
  await page.getByRole('textbox', { name: w.message }).fill('Rename');
  await page.getByRole('button', { name: w.commitStaged(1) }).click();
  const dialog = page.getByRole('dialog', { name: w.actions.commit.title });
  await dialog.getByText(/^Commit 1 file on/).waitFor();
  await dialog.getByRole('button', { name: words.common.cancel }).click();
  await page.getByRole('button', { name: w.unstageAll }).click();
  // Not staged, it is one that is gone and one that is new.
  await page.getByRole('button', { name: w.commitAll(4) }).click();
  await dialog.getByText(/^Commit 4 files on/).waitFor();
  expect(staged()).toEqual([]);
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
  await expect.poll(() => review.git('show', 'main:src/cart.ts'), SOON).toContain('line5 = 500');
  await page.getByRole('button', { name: w.undo }).first().click();
  await expect.poll(() => review.git('rev-parse', 'main'), SOON).toBe(before);
});

test('conflicts of a rebase are listed, handed to the agent, and taken back', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  review.git('commit', '-qam', 'Price line five');
  const before = review.git('rev-parse', 'HEAD');
  // The base goes on meanwhile, with another price.
  const other = `${CART.map((line, at) => (at === 4 ? 'const line5 = 9;' : line)).join('\n')}\n`;
  review.onBase({ 'src/cart.ts': other }, 'Another price');
  const page = await review.window();
  await page.getByRole('button', { name: w.branchMenu, exact: true }).click();
  await page.getByRole('menuitem', { name: w.actions.rebase.menu('main') }).click();
  await confirm(page, 'rebase');
  const conflicts = page.getByRole('region', { name: w.conflicts.title });
  await conflicts.getByText('src/cart.ts').waitFor();
  await conflicts.getByText(w.conflicts.sides.both).waitFor();
  await conflicts.getByRole('button', { name: w.conflicts.hand }).click();
  await page.getByText(/was asked to resolve them/).waitFor();
  // It asks what it may do; until it is stopped, nothing else is done with the files.
  await desk.home.until(review.chat, ({ permissions }) => Object.keys(permissions).length > 0);
  const { messages } = await desk.home.client.listMessages(review.chat.id, { limit: 50 });
  expect(JSON.stringify(messages)).toContain('src/cart.ts');
  await desk.home.client.cancelChat(review.chat.id);
  await conflicts.getByRole('button', { name: w.conflicts.abort }).click();
  await confirm(page, 'abort');
  await conflicts.waitFor({ state: 'detached' });
  expect(review.git('rev-parse', 'HEAD')).toBe(before);
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
  await expect.poll(() => review.git('ls-remote', remote), SOON).toContain(head);
});

test('while a turn runs nothing is done with its files, and the page says why', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  const page = await desk.window({ path: `/sessions/${review.session.id}?chat=${review.chat.id}` });
  await send(page, '/wait');
  await sees(page, 'waiting');
  await page.getByRole('radio', { name: w.scope.uncommitted }).check({ force: true });
  await page.getByText(w.whyWorking).first().waitFor();
  expect(await page.getByRole('button', { name: w.stageAll, exact: true }).isDisabled()).toBe(true);
  expect(await page.getByRole('button', { name: w.draftMessage }).isDisabled()).toBe(true);
  await composer(page).waitFor();
  await page.getByRole('button', { name: words.composer.stop, exact: true }).click();
  await expect
    .poll(() => page.getByRole('button', { name: w.stageAll, exact: true }).isDisabled(), SOON)
    .toBe(false);
});
