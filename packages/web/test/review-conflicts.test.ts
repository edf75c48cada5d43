/** A rebase that stops at a conflict, resolved from the page: its lines, marking it, and going on. On real git. */
import { newId } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { faults } from './faults.ts';
import { CART, SOON, TIME, confirm, desk, lines, review, row, useReviewDesk } from './review-desk.ts';

const w = words.review;

useReviewDesk(() => {
  review.cart({ 5: 'const line5 = 500;' });
  review.git('commit', '-qam', 'Price line five');
  // The base goes on meanwhile, with another price.
  const other = `${CART.map((line, at) => (at === 4 ? 'const line5 = 9;' : line)).join('\n')}\n`;
  review.onBase({ 'src/cart.ts': other }, 'Another price');
});

test(
  'a conflict is shown in its file, resolved on the disk, marked, and the rebase goes on',
  TIME,
  async () => {
    const page = await review.window({ scope: 'unstaged' });
    await page.getByRole('button', { name: w.branchMenu, exact: true }).click();
    await page.getByRole('menuitem', { name: w.actions.rebase.menu('main') }).click();
    await confirm(page, 'rebase');
    const conflicts = page.getByRole('region', { name: w.conflicts.title });
    await conflicts.getByText(w.conflicts.stopped('rebase', 1)).waitFor();
    await conflicts.getByText(/^“Ours” is main, “theirs” is [0-9a-f]+ “Price line five”\.$/).waitFor();
    const goOn = conflicts.getByRole('button', { name: w.conflicts.goOn });
    expect(await goOn.isDisabled()).toBe(true);
    expect(await conflicts.getByRole('button', { name: w.conflicts.hand }).isEnabled()).toBe(true);

    await conflicts.getByRole('button', { name: /^src\/cart\.ts/ }).click();
    const shown = lines(page, 'src/cart.ts');
    await shown.getByText('<<<<<<< HEAD').waitFor();
    await shown.getByText('main', { exact: true }).waitFor();
    for (const text of ['const line5 = 9;', 'const line5 = 500;', '======='])
      await shown.getByText(text).last().waitFor();
    await row(page, /^In conflict: cart\.ts/).waitFor();
    // It is resolved, not staged.
    expect(await page.getByRole('button', { name: w.fileActions.stage }).count()).toBe(0);
    expect(await page.getByRole('button', { name: w.stageFile('src/cart.ts') }).count()).toBe(0);

    // What is left of the markers is said before anything is marked.
    const mark = page.getByRole('button', { name: w.conflicts.mark, exact: true });
    await mark.click();
    const dialog = page.getByRole('dialog', { name: w.conflicts.markersTitle });
    await dialog.getByText(w.conflicts.markersLeft('src/cart.ts', [5])).waitFor();
    await dialog.getByRole('button', { name: words.common.cancel }).click();
    expect(review.git('ls-files', '--unmerged')).not.toBe('');

    review.cart({ 5: 'const line5 = 509;' });
    await shown.getByText('const line5 = 509;').waitFor();
    await page.getByText(w.conflicts.places([])).waitFor();
    await mark.click();
    await conflicts.getByText(w.conflicts.resolved('rebase')).waitFor();
    expect(review.git('ls-files', '--unmerged')).toBe('');

    // It was too early: taken back, and marked again.
    await conflicts.getByRole('button', { name: w.conflicts.unmarkFile('src/cart.ts') }).click();
    await conflicts.getByRole('button', { name: w.conflicts.markFile('src/cart.ts') }).click();
    await expect.poll(() => goOn.isEnabled(), SOON).toBe(true);
    await goOn.click();
    await confirm(page, 'continue');
    await conflicts.waitFor({ state: 'detached' });
    expect(review.git('log', '--format=%s', '-3')).toBe('Price line five\nAnother price\nA shop\n');
    expect(review.git('show', 'HEAD:src/cart.ts')).toContain('const line5 = 509;');
    expect(review.git('status', '--porcelain')).toBe('');
  },
);

test(
  'on a phone the file with the conflict has the page, and a screen reader finds nothing wrong',
  TIME,
  async () => {
    await desk.home.client.review.run(review.session.id, {
      id: newId('action'),
      request: { kind: 'rebase' },
    });
    const page = await review.window({ scope: 'unstaged' }, { phone: true, bypassPolicy: true });
    const conflicts = page.getByRole('region', { name: w.conflicts.title });
    await conflicts.getByRole('button', { name: /^src\/cart\.ts/ }).waitFor();
    expect(await faults(page)).toEqual([]);
    const button = conflicts.getByRole('button', { name: w.conflicts.markFile('src/cart.ts') });
    expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    await conflicts.getByRole('button', { name: /^src\/cart\.ts/ }).click();
    await lines(page, 'src/cart.ts').getByText('<<<<<<< HEAD').waitFor();
    expect(await conflicts.count()).toBe(0);
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  },
);
