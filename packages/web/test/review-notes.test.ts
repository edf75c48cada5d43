/** Notes that are being typed stay in the browser until they are saved or cancelled. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { SOON, TIME, lines, review, row, useReviewDesk } from './review-desk.ts';

const w = words.review;

useReviewDesk(() => {
  review.cart({ 5: 'const line5 = 500;' });
  review.write({ 'a.md': 'first\nsecond\n' });
});

const field = (page: Page, path: string, line: number) =>
  page.getByRole('textbox', { name: w.noteOn(path, w.lines(line, line)) });
const write = (page: Page, path: string, line: number) =>
  lines(page, path)
    .getByRole('button', { name: w.write(line), exact: true })
    .last()
    .click();
const kept = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('pilotlight.typed-notes.')));

test('what is typed outlives a reload, and other files and lines between', TIME, async () => {
  const page = await review.window({ file: 'src/cart.ts' });
  await write(page, 'src/cart.ts', 5);
  await field(page, 'src/cart.ts', 5).fill('Why five hun');
  // One more on other lines, one that stays empty, and one in another file.
  await write(page, 'src/cart.ts', 6);
  await field(page, 'src/cart.ts', 6).fill('And here');
  await write(page, 'src/cart.ts', 7);
  await field(page, 'src/cart.ts', 7).waitFor();
  await row(page, /a\.md/).click();
  await write(page, 'a.md', 2);
  await field(page, 'a.md', 2).fill('Second?');
  await page.reload();
  await expect.poll(() => field(page, 'a.md', 2).inputValue(), SOON).toBe('Second?');
  await row(page, /cart\.ts/).click();
  await expect.poll(() => field(page, 'src/cart.ts', 5).inputValue(), SOON).toBe('Why five hun');
  expect(await field(page, 'src/cart.ts', 6).inputValue()).toBe('And here');
  expect(await field(page, 'src/cart.ts', 7).count()).toBe(0);
  // The keyboard is for the page until somebody goes to a field.
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('TEXTAREA');

  await field(page, 'src/cart.ts', 5).fill('Why five hundred?');
  await field(page, 'src/cart.ts', 5).press('ControlOrMeta+Enter');
  await page.getByRole('article').getByText('Why five hundred?').waitFor();
  await field(page, 'src/cart.ts', 5).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: words.common.cancel }).click();
  await row(page, /a\.md/).click();
  await page.getByRole('button', { name: words.common.cancel }).click();
  await expect.poll(() => kept(page), SOON).toEqual([]);
  await page.reload();
  await row(page, /cart\.ts/).click();
  await page.getByRole('article').getByText('Why five hundred?').waitFor();
  expect(await page.getByRole('textbox', { name: /^Note on/ }).count()).toBe(0);
});

test(
  'a note that is being edited is so after a reload, and is as it was when that is cancelled',
  TIME,
  async () => {
    const page = await review.window({ file: 'a.md' });
    await write(page, 'a.md', 1);
    await field(page, 'a.md', 1).fill('As it was');
    await page.getByRole('button', { name: w.add }).click();
    await page.getByRole('button', { name: w.edit }).click();
    await field(page, 'a.md', 1).fill('As it may be');
    await page.reload();
    await expect.poll(() => field(page, 'a.md', 1).inputValue(), SOON).toBe('As it may be');
    await page.getByRole('button', { name: words.common.cancel }).click();
    await page.getByRole('article').getByText('As it was').waitFor();
    expect(await kept(page)).toEqual([]);
  },
);
