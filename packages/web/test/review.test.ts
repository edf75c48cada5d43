/** The review as a person uses it: what changed, where, what to say about it. In Chromium, before the whole server and real git. */
import { newId } from '@pilotlight/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { say } from '../../server/test/composed-harness.ts';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { faults } from './faults.ts';
import { sees, transcript } from './looks.ts';
import { CART, lines, ReviewDesk, row } from './review-desk.ts';

const w = words.review;
const TIME = { timeout: 60_000 };

let desk: BrowserDesk;
let review: ReviewDesk;

beforeEach(async () => {
  desk = await BrowserDesk.open();
  review = await ReviewDesk.open(desk);
}, 60_000);
afterEach(() => desk[Symbol.asyncDispose]());

test('every kind of change is listed in words, found by a filter, and has an address', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  review.git('mv', 'src/old-name.ts', 'src/new-name.ts');
  review.remove('src/gone.ts');
  review.write({ 'docs/a b.md': 'new\n', 'logo.png': new Uint8Array([137, 80, 78, 71, 0, 1, 2, 0]) });
  const page = await review.window();
  await row(page, /^Modified: cart\.ts/).waitFor();
  await row(page, /^Renamed: new-name\.ts from src\/old-name\.ts/).waitFor();
  await row(page, /^Deleted: gone\.ts/).waitFor();
  await row(page, /^New, untracked: a b\.md/).waitFor();
  await row(page, /^New, untracked: logo\.png binary/).waitFor();

  // A folder closes, and the list can be flat.
  await row(page, /^src$/).click();
  await expect.poll(() => row(page, /cart\.ts/).count()).toBe(0);
  await row(page, /^src/).click();
  await page.getByRole('button', { name: w.look.tree }).click();
  await expect.poll(() => row(page, /^src/).count()).toBe(0);

  await page.getByRole('searchbox', { name: w.filter }).fill('OLD-NAME');
  await expect.poll(() => page.locator('[data-file-row]').count()).toBe(1);
  await row(page, /new-name/).click();
  await page.getByText(w.noLines.onlyMoved('src/old-name.ts')).waitFor();
  expect(new URL(page.url()).searchParams.get('file')).toBe('src/new-name.ts');

  await page.reload();
  await page.getByText(w.noLines.onlyMoved('src/old-name.ts')).waitFor();
  await row(page, /logo\.png/).click();
  await page.getByText(w.noLines.binary('8 B', true)).waitFor();
});

test(
  'lines show what changed inside them, beside each other or not, and what is around them',
  TIME,
  async () => {
    review.cart({ 5: 'const line5 = 500;', 30: '  const line30 = 30;' });
    const page = await review.window({ file: 'src/cart.ts' });
    const shown = lines(page, 'src/cart.ts');
    await shown.getByText('500', { exact: true }).and(shown.locator('.bg-added-strong')).waitFor();
    // Side by side, an old line and a new one share a row.
    const pairs = shown.locator('[data-at]', { has: page.locator('[data-side=old]') });
    await pairs.filter({ hasText: 'const line5 = 5;' }).filter({ hasText: 'const line5 = 500;' }).waitFor();
    await page.getByRole('button', { name: w.look.split }).click();
    await expect.poll(() => pairs.count()).toBe(0);
    // Remembered in this browser.
    await page.reload();
    await shown.getByText('const line5 = 500;').waitFor();
    expect(await pairs.count()).toBe(0);

    await shown.getByText('const line30 = 30;').first().waitFor();
    await page.getByRole('button', { name: w.look.ignoreSpace }).click();
    await expect.poll(() => shown.getByText('line30').count()).toBe(0);
    await shown.getByText('const line5 = 500;').waitFor();
    await page.getByRole('button', { name: w.look.ignoreSpace }).click();

    await expect.poll(() => shown.getByText('const line15 = 15;').count()).toBe(0);
    await shown.getByRole('button', { name: words.transcript.diff.gap(18) }).click();
    await shown.getByText('const line15 = 15;').waitFor();
  },
);

test(
  'long lines go on below, or to the right where all of them is in reach, as this browser remembers',
  TIME,
  async () => {
    review.cart({ 5: `const line5 = '${'long '.repeat(120)}the end';` });
    const page = await review.window({ file: 'src/cart.ts' });
    const shown = lines(page, 'src/cart.ts');
    const line = shown.getByText('long long long').last();
    const wrap = page.getByRole('button', { name: w.look.wrap });
    await line.waitFor();
    /** Where the line ends, seen from where its column does; more than 0: its end is out of sight. */
    const hidden = () =>
      line.evaluate((text) => {
        const range = document.createRange();
        range.selectNodeContents(text);
        const column = text.closest('[data-side], [role=group]');
        return Math.round(range.getBoundingClientRect().right - (column?.getBoundingClientRect().right ?? 0));
      });
    const height = async () => (await line.boundingBox())?.height ?? 0;
    expect(await hidden()).toBeLessThanOrEqual(0);
    expect(await height()).toBeGreaterThan(60);
    await wrap.click();
    expect(await wrap.getAttribute('aria-pressed')).toBe('false');
    await page.reload();
    await line.waitFor();
    for (const layout of ['split', 'unified']) {
      await expect.poll(hidden).toBeGreaterThan(500);
      expect(await height()).toBeLessThan(30);
      await shown.focus();
      for (let press = 0; press < 80; press += 1) await page.keyboard.press('ArrowRight');
      await expect.poll(hidden).toBeLessThanOrEqual(0);
      if (layout === 'split') await page.getByRole('button', { name: w.look.split }).click();
    }
    await wrap.click();
    await expect.poll(height).toBeGreaterThan(60);
  },
);

test('a viewed file stays so in every window until it changes again', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  review.write({ 'a.md': 'new\n' });
  const page = await review.window({ file: 'src/cart.ts' });
  const other = await review.window({ file: 'src/cart.ts' });
  const box = (of: typeof page) => of.getByRole('checkbox', { name: w.viewed });
  await box(other).waitFor();
  await box(page).check();
  await expect.poll(() => box(other).isChecked()).toBe(true);
  await page.reload();
  await box(page).waitFor();
  await expect.poll(() => box(page).isChecked()).toBe(true);
  review.cart({ 5: 'const line5 = 501;' });
  await page.reload();
  await lines(page, 'src/cart.ts').getByText('const line5 = 501;').waitFor();
  await expect.poll(() => box(page).isChecked()).toBe(false);
});

test(
  'notes are gathered, outlive a reload, and go to the chat as one prompt with their code',
  TIME,
  async () => {
    review.cart({ 5: 'const line5 = 500;', 6: 'const line6 = 600;' });
    review.write({ 'a.md': 'a new file\n' });
    const page = await review.window({ file: 'src/cart.ts' });
    const shown = lines(page, 'src/cart.ts');
    const note = (from: number, to: number, path = 'src/cart.ts') => w.noteOn(path, w.lines(from, to));

    // With a pointer: over the numbers of two lines.
    const gutter = (line: number) => shown.getByRole('button', { name: w.write(line), exact: true }).last();
    await gutter(5).hover();
    await page.mouse.down();
    await gutter(6).hover();
    await page.mouse.up();
    await page.getByRole('textbox', { name: note(5, 6) }).fill('Why so many?');
    await page.getByRole('button', { name: w.add }).click();
    await page
      .getByRole('article', { name: note(5, 6) })
      .getByText('Why so many?')
      .waitFor();

    await page.reload();
    await page.getByRole('article', { name: note(5, 6) }).waitFor();
    // Edited in its place.
    await page
      .getByRole('article', { name: note(5, 6) })
      .getByRole('button', { name: w.edit })
      .click();
    await page.getByRole('textbox', { name: note(5, 6) }).fill('Why six hundred?');
    await page.getByRole('button', { name: words.common.save, exact: true }).click();
    await page
      .getByRole('article', { name: note(5, 6) })
      .getByText('Why six hundred?')
      .waitFor();

    // One more, deleted again.
    await row(page, /a\.md/).click();
    await lines(page, 'a.md').locator('[data-gutter=new]').first().click();
    await page.getByRole('textbox', { name: note(1, 1, 'a.md') }).fill('No.');
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.getByRole('button', { name: w.notes(2), exact: true }).click();
    const panel = page.getByRole('dialog', { name: w.gathered });
    await panel
      .getByRole('article', { name: note(1, 1, 'a.md') })
      .getByRole('button', { name: w.remove })
      .click();
    await panel.getByRole('article', { name: note(1, 1, 'a.md') }).waitFor({ state: 'detached' });

    await panel.getByRole('textbox', { name: w.sayBefore }).fill('/echo please look');
    await panel.getByRole('button', { name: /^Send to/ }).click();
    await page.getByText(/^Sent 1 note to/).waitFor();
    await page.getByRole('button', { name: w.notesButton, exact: true }).waitFor();
    const { messages } = await desk.home.client.listMessages(review.chat.id, { limit: 50 });
    const prompts = messages
      .filter(({ role }) => role === 'user')
      .map((message) => JSON.stringify(message.parts));
    const sent = prompts.filter((prompt) => prompt.includes('Why six hundred?'));
    expect(sent).toHaveLength(1);
    expect(sent[0]).toContain('src/cart.ts');
    expect(sent[0]).toContain('const line6 = 600;');
  },
);

test('a note whose lines changed says so, and keeps the code it is about', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  const { client } = desk.home;
  await client.review.createComment(review.session.id, {
    id: newId('comment'),
    path: 'src/cart.ts',
    side: 'new',
    startLine: 5,
    endLine: 5,
    code: 'const line5 = 500;',
    text: 'Too much.',
  });
  review.cart({ 5: 'const line5 = 7;' });
  const page = await review.window({ file: 'src/cart.ts' });
  const note = page.getByRole('article', { name: w.noteOn('src/cart.ts', w.lines(5, 5)) });
  await note.getByText(w.outdated).waitFor();
  expect(await note.innerText()).toContain('const line5 = 500;');
});

test('with keys alone: files, changes, lines, a note, viewed', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;', 30: 'const line30 = 300;' });
  review.write({ 'zz.md': 'last\n' });
  const page = await review.window();
  await row(page, /cart\.ts/).waitFor();
  await page.keyboard.press('f');
  await page.keyboard.type('cart');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const shown = lines(page, 'src/cart.ts');
  await shown.focus();
  await page.keyboard.press('Shift+J');
  await page.keyboard.press('Shift+J');
  // The first line of the second change is one that did not change; three below it are the old and the new one.
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('j');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('c');
  const field = page.getByRole('textbox', { name: w.noteOn('src/cart.ts', w.lines(30, 31)) });
  await field.fill('By keys.');
  await page.keyboard.press('ControlOrMeta+Enter');
  await page.getByRole('article', { name: w.noteOn('src/cart.ts', w.lines(30, 31)) }).waitFor();
  await page.getByRole('searchbox', { name: w.filter }).focus();
  await page.keyboard.press('Escape');
  await shown.focus();
  await page.keyboard.press('v');
  // Viewed, and on to the one that is not.
  await page.waitForURL(/file=zz\.md/);
  await page.keyboard.press('[');
  await page.waitForURL(/file=src/);
  await expect.poll(() => page.getByRole('checkbox', { name: w.viewed }).isChecked()).toBe(true);
});

test('what one turn changed is reviewed alone', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  const { client } = desk.home;
  const { id } = await client.submitPrompt(review.chat.id, say('/write by-turn.md written'));
  const { permissions } = await desk.home.until(review.chat, (state) =>
    Object.values(state.permissions).some(({ turnId }) => turnId === id),
  );
  const asked = Object.values(permissions).find(({ turnId }) => turnId === id);
  const once = asked?.options.find(({ kind }) => kind === 'allow_once');
  await client.answerPermission(asked?.id ?? '', { optionId: once?.optionId ?? '', by: 'page' });
  await client.waitForTurn(review.chat.id, id);
  const page = await review.window();
  await row(page, /cart\.ts/).waitFor();
  await page.getByRole('radio', { name: w.scope.turn }).check({ force: true });
  await page.waitForURL(/review=trn_/);
  await row(page, /by-turn\.md/).waitFor();
  expect(await page.locator('[data-file-row]').count()).toBe(1);
});

test('a file that two chats write says so in its row and in both chats', TIME, async () => {
  const { client } = desk.home;
  const other = await client.createChat(review.session.id, { agent: 'demo' });
  // The agent writes its notes, and then waits to be allowed a command.
  await client.updatePolicy('session', review.session.id, { mode: 'accept_edits' });
  for (const chat of [review.chat, other]) {
    await client.submitPrompt(chat.id, say('go on'));
    await desk.home.until(chat, ({ permissions }) =>
      Object.values(permissions).some(({ state }) => state === 'pending'),
    );
  }
  const page = await review.window();
  await row(page, /demo-notes\.md/)
    .getByRole('img', { name: /^Written by several chats at the same time/ })
    .waitFor();
  for (const chat of [review.chat, other]) {
    await page.goto(`${desk.home.running.url}/sessions/${review.session.id}?chat=${chat.id}`);
    await transcript(page)
      .getByText(/demo-notes\.md is written by the chat/)
      .waitFor();
    await client.cancelChat(chat.id);
  }
  const { sharedFiles } = await client.review.get(review.session.id);
  expect(sharedFiles.map(({ path }) => path)).toEqual(['demo-notes.md']);
});

test('beside the chat it is narrow, and one press takes it to the middle', TIME, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  const page = await desk.window({ path: `/sessions/${review.session.id}?chat=${review.chat.id}` });
  await sees(page, 'ready');
  await row(page, /cart\.ts/).click();
  await lines(page, 'src/cart.ts').getByText('const line5 = 500;').waitFor();
  await page.getByRole('button', { name: words.changes.back }).click();
  await page.getByRole('button', { name: w.expand }).click();
  await page.waitForURL(/review=session/);
  await row(page, /cart\.ts/).click();
  await page.locator('[data-side=old]').first().waitFor();
  await page.goBack();
  await sees(page, 'ready');
  expect(new URL(page.url()).searchParams.has('review')).toBe(false);
});

test('on a phone the list and the file take turns, in large targets', TIME, async () => {
  review.cart({ 5: `const line5 = ${'5'.repeat(300)};` });
  const page = await review.window({}, { phone: true });
  await row(page, /cart\.ts/).click();
  await lines(page, 'src/cart.ts')
    .getByText(/const line5 = 555/)
    .waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  for (const name of [words.changes.back, words.changes.next, w.openFile]) {
    const box = await page.getByRole('button', { name }).boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
  }
  await page.getByRole('button', { name: words.changes.back }).click();
  await row(page, /cart\.ts/).waitFor();
});

test.each(['light', 'dark'] as const)('a screen reader finds nothing wrong, %s', TIME, async (theme) => {
  review.cart({ 5: 'const line5 = 500;', 6: CART[6] ?? '' });
  for (const scope of ['session', 'unstaged']) {
    const page = await review.window({ scope, file: 'src/cart.ts' }, { theme, bypassPolicy: true });
    await lines(page, 'src/cart.ts').getByText('const line5 = 500;').waitFor();
    expect(await faults(page)).toEqual([]);
    await lines(page, 'src/cart.ts').locator('[data-gutter=new]').first().click();
    await page.getByRole('textbox', { name: /^Note on/ }).waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: w.notesButton, exact: true }).click();
    await page.getByRole('dialog').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.context().close();
  }
});

test('where no file is chosen, the first is shown; not on a phone, and the keyboard stays where it is', async () => {
  review.cart({ 5: 'const line5 = 500;' });
  review.write({ 'src/zebra.ts': 'export const zebra = true;\n' });
  const page = await review.window();
  await lines(page, 'src/cart.ts').getByText('const line5 = 500;').waitFor();
  expect(await row(page, /cart\.ts/).getAttribute('aria-current')).toBe('true');
  expect(await page.evaluate('document.activeElement === document.body')).toBe(true);
  expect(new URL(page.url()).searchParams.has('file')).toBe(false);
  await page.getByRole('searchbox', { name: w.filter }).fill('zebra');
  await lines(page, 'src/zebra.ts').getByText('export const zebra = true;').waitFor();
  expect(await page.getByRole('searchbox', { name: w.filter }).inputValue()).toBe('zebra');
  await page.context().close();

  const phone = await review.window({}, { phone: true });
  await row(phone, /cart\.ts/).waitFor();
  expect(await lines(phone, 'src/cart.ts').count()).toBe(0);
  await phone.context().close();
});

test(
  'five thousand changed files are listed, and few of them are on the page',
  { timeout: 120_000 },
  async () => {
    review.write(
      Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`many/f${at}.txt`, `${at}\n`])),
    );
    const page = await review.window();
    await row(page, /f0\.txt/).waitFor();
    await page.getByText(words.changes.files(5_000)).waitFor();
    expect(await page.locator('[data-file-row]').count()).toBeLessThan(120);
    await page.getByRole('searchbox', { name: w.filter }).fill('f4999');
    await row(page, /f4999\.txt/).waitFor();
  },
);
