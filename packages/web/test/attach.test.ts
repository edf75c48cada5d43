/** Images that are pasted and dropped as a person does it: through the browser's own clipboard and drag. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { composer, sees, send, transcript } from './looks.ts';

/** 192 px wide */
const PICTURE = fileURLToPath(new URL('../public/icon-192.png', import.meta.url));

let desk: BrowserDesk;

beforeEach(async () => {
  desk = await BrowserDesk.open();
});
afterEach(() => desk[Symbol.asyncDispose]());

test('an image that is pasted is shown, sent and reaches the agent', { timeout: 60_000 }, async () => {
  const { path } = await desk.session();
  const page = await desk.window({ path });
  await composer(page).waitFor();
  await copyPicture(page);
  await composer(page).press('ControlOrMeta+v');
  const name = words.composer.pastedImage(1);
  await attached(page, name).waitFor();
  await page.getByRole('button', { name: words.composer.remove(name) }).click();
  await attached(page, name).waitFor({ state: 'detached' });
  await composer(page).press('ControlOrMeta+v');
  await attached(page, name).waitFor();
  await send(page, '/echo seen');
  // The demo agent says of what it got beside the text what it is.
  await sees(page, /^seen\s\[image image\/png\]$/);
  expect(await pictures(page)).toEqual([192]);
  expect(await page.getByRole('list', { name: words.composer.attachments }).count()).toBe(0);
});

test('an image that is dropped is sent as it is, text that is dropped too', { timeout: 60_000 }, async () => {
  const { path, chat, folder } = await desk.session();
  const page = await desk.window({ path });
  await composer(page).waitFor();
  const drag = await dragOver(page, [PICTURE, `${folder}/README.md`]);
  await page.getByText(words.composer.dropHere).waitFor();
  await drag.drop();
  await attached(page, 'icon-192.png').waitFor();
  await attached(page, 'README.md').waitFor();
  expect(await page.getByText(words.composer.dropHere).count()).toBe(0);
  await send(page, '/echo seen');
  await sees(page, /^seen\s\[image image\/png\]\s\[resource .*README\.md\]$/);
  expect(await pictures(page)).toEqual([192]);
  const source = await transcript(page)
    .getByRole('img', { name: words.transcript.image })
    .getAttribute('src');
  const answer = await page.request.get(new URL(source ?? '', page.url()).href);
  expect((await answer.body()).equals(readFileSync(PICTURE))).toBe(true);
  await transcript(page).getByText('README.md', { exact: true }).waitFor();
  const { messages } = await desk.home.client.listMessages(chat.id);
  expect(messages[0]?.parts.map(({ type }) => type)).toEqual(['text', 'content', 'content']);
});

/** Puts the picture on the browser's clipboard. */
async function copyPicture(page: Page): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(
    async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const picture = new Blob([bytes], { type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
    },
    readFileSync(PICTURE, 'base64'),
  );
}

/** Holds files of the disk over the transcript; the browser itself reads them when they are dropped. */
async function dragOver(page: Page, files: string[]): Promise<{ drop(): Promise<void> }> {
  const box = await transcript(page).boundingBox();
  const browser = await page.context().newCDPSession(page);
  const send = async (type: 'dragEnter' | 'dragOver' | 'drop'): Promise<void> => {
    await browser.send('Input.dispatchDragEvent', {
      type,
      x: (box?.x ?? 0) + 80,
      y: (box?.y ?? 0) + 80,
      data: { items: [], files, dragOperationsMask: 1 },
    });
  };
  await send('dragEnter');
  await send('dragOver');
  return { drop: () => send('drop') };
}

/** In the composer, before it is sent. */
function attached(page: Page, name: string) {
  return page.getByRole('list', { name: words.composer.attachments }).getByText(name, { exact: true });
}

/** How wide the pictures of the transcript are by themselves, once all are loaded; a broken one has 0. */
async function pictures(page: Page): Promise<number[]> {
  const shown = transcript(page).getByRole('img', { name: words.transcript.image });
  await shown.first().waitFor();
  return shown.evaluateAll((all) =>
    Promise.all(
      all.map(async (each) => {
        const picture = each as HTMLImageElement;
        await picture.decode();
        return picture.naturalWidth;
      }),
    ),
  );
}
