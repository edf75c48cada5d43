/** Going through changed files one after the other: what is done with one leads to the next, and the keyboard goes along. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { SOON, TIME, confirm, lines, review, row, useReviewDesk } from './review-desk.ts';

const w = words.review;

useReviewDesk(() => {
  review.cart({ 5: 'const line5 = 500;', 30: 'const line30 = 300;' });
  review.write({ 'a.md': 'first\n', 'm.md': 'middle\n', 'z.md': 'last\n' });
});

const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: at } = document;
    return at?.getAttribute('aria-label') ?? at?.textContent ?? '';
  });
const staged = () => review.git('diff', '--cached', '--name-only').split('\n').filter(Boolean);

test(
  'with keys: the last change of a file is staged, and the lines of the next file have the keyboard',
  TIME,
  async () => {
    const page = await review.window({ scope: 'unstaged', file: 'src/cart.ts' });
    const shown = lines(page, 'src/cart.ts');
    await shown.getByText('const line30 = 300;').waitFor();
    await shown.focus();
    await page.keyboard.press('Shift+J');
    await page.keyboard.press('s');
    await page.getByText(w.staged(1), { exact: true }).waitFor();
    await shown
      .getByText('const line5 = 500;')
      .and(shown.locator('.bg-added *'))
      .waitFor({ state: 'detached' });
    expect(await focused(page)).toBe(words.transcript.diff.of('src/cart.ts'));
    await page.keyboard.press('Shift+J');
    await page.keyboard.press('s');
    await page.waitForURL(/file=a\.md/);
    await lines(page, 'a.md').getByText('first').waitFor();
    await expect.poll(() => focused(page), SOON).toBe(words.transcript.diff.of('a.md'));
    await page.keyboard.press('v');
    await lines(page, 'm.md').getByText('middle').waitFor();
    await expect.poll(() => focused(page), SOON).toBe(words.transcript.diff.of('m.md'));
  },
);

test('the button of a file stays under the keyboard, until nothing is left to stage', TIME, async () => {
  const page = await review.window({ scope: 'unstaged', file: 'm.md' });
  const stage = page.getByRole('button', { name: w.fileActions.stage });
  await stage.focus();
  await page.keyboard.press('Enter');
  await lines(page, 'z.md').getByText('last').waitFor();
  expect(await focused(page)).toBe(w.fileActions.stage);
  // It was the last one: the one before it is next.
  await page.keyboard.press('Enter');
  await lines(page, 'a.md').getByText('first').waitFor();
  await page.keyboard.press('Enter');
  await lines(page, 'src/cart.ts').getByText('const line5 = 500;').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: w.fileActions.unstage }).waitFor();
  await lines(page, 'src/cart.ts').getByText('const line5 = 500;').waitFor();
  await expect.poll(() => focused(page), SOON).toBe(words.transcript.diff.of('src/cart.ts'));
  expect(staged()).toEqual(['a.md', 'm.md', 'src/cart.ts', 'z.md']);
});

test(
  'in the list the keyboard goes to the next row, and what is discarded gives way to the next file',
  TIME,
  async () => {
    const page = await review.window({ scope: 'unstaged', file: 'm.md' });
    await page.getByRole('button', { name: w.stageFile('a.md') }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => focused(page), SOON).toBe(w.stageFile('m.md'));
    // What is read is not the one that went.
    expect(await row(page, /^New, untracked: m\.md/).getAttribute('aria-current')).toBe('true');
    await page.getByRole('button', { name: w.fileActions.discard }).click();
    await confirm(page, 'discard');
    await lines(page, 'z.md').getByText('last').waitFor();
    expect(new URL(page.url()).searchParams.get('file')).toBe('z.md');
  },
);

test('on a phone the next file takes the place, and the list after the last one', TIME, async () => {
  review.git('add', 'src/cart.ts', 'z.md');
  const page = await review.window({ scope: 'unstaged', file: 'a.md' }, { phone: true });
  await page.getByRole('button', { name: w.fileActions.stage }).click();
  await lines(page, 'm.md').getByText('middle').waitFor();
  await page.getByRole('button', { name: w.fileActions.stage }).click();
  await page.getByText(w.staged(4), { exact: true }).waitFor();
  expect(staged()).toHaveLength(4);
});
