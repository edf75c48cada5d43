/** Where the reader is, the reader stays: while words come below, pages come above, and after having been elsewhere. */
import type { Chat } from '@pilotlight/protocol';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { fillChat } from './fill-chat.ts';
import { sees, send, transcript } from './looks.ts';

/** px that a place may be off: what the browser rounds */
const TOLERANCE = 2;

let desk: BrowserDesk;
let page: Page;

beforeEach(async () => {
  desk = await BrowserDesk.open({ paceMs: 5 });
});
afterEach(() => desk[Symbol.asyncDispose]());

/** A chat of so many messages, opened at its end. */
async function open(messages: number): Promise<{ chat: Chat; sessionId: string }> {
  const { chat, session, path } = await desk.session();
  await desk.home.running.close();
  fillChat(desk.home.dataFolder, chat.id, messages);
  await desk.startServer(5);
  page = await desk.window({ path });
  await sees(page, new RegExp(`^message ${messages}\\b`));
  return { chat, sessionId: session.id };
}

interface Place {
  label: string;
  top: number;
}

/** The message in the middle of the view, and how far down it begins; read once nothing moves any more. */
async function place(label?: string): Promise<Place> {
  return page.evaluate<Place, string | undefined>(async (wanted) => {
    const log = document.querySelector('[role=log]');
    const find = (): Place | null => {
      const box = log?.getBoundingClientRect();
      if (log == null || box === undefined) return null;
      for (const article of log.querySelectorAll('article')) {
        const name = /message \d+/.exec(article.textContent)?.[0] ?? '';
        const { top } = article.getBoundingClientRect();
        if (wanted === undefined ? name !== '' && top > box.top + box.height / 3 : name === wanted)
          return { label: name, top };
      }
      return null;
    };
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let still = 0, before = find(); ;) {
      await frame();
      const now = find();
      still = now !== null && before?.top === now.top ? still + 1 : 0;
      before = now;
      if (still === 10 && now !== null) return now;
    }
  }, label);
}

async function wheel(dy: number): Promise<void> {
  await transcript(page).hover();
  await page.mouse.wheel(0, dy);
}

const height = () => page.evaluate<number>(() => document.querySelector('[role=log]')?.scrollHeight ?? 0);

/** px between the end of the view and the end of the transcript */
const belowView = () =>
  page.evaluate<number>(() => {
    const log = document.querySelector('[role=log]');
    return log === null ? Number.NaN : log.scrollHeight - log.clientHeight - log.scrollTop;
  });

/** px by which what was read there has moved since */
async function movedSince(before: Place): Promise<number> {
  return Math.abs((await place(before.label)).top - before.top);
}

test(
  'words that come below do not move what is read; the end is followed only from the end',
  { timeout: 60_000 },
  async () => {
    const { chat } = await open(60);
    await send(page, '/count 2000');
    await sees(page, /49 50/);
    expect(await belowView()).toBeLessThanOrEqual(32);
    await wheel(-900);
    const jump = page.getByRole('button', { name: words.transcript.jump });
    await jump.waitFor();
    const before = await place();
    // What grows is out of view and not measured; how far the agent is, the server says.
    await desk.home.said(chat, ' 450 ');
    expect(await movedSince(before)).toBeLessThanOrEqual(TOLERANCE);
    await jump.click();
    await expect.poll(belowView).toBeLessThanOrEqual(32);
    const heightAtEnd = await height();
    await expect.poll(height).toBeGreaterThan(heightAtEnd + 20);
    expect(await belowView()).toBeLessThanOrEqual(32);
  },
);

test('pages that come above do not move what is read', { timeout: 60_000 }, async () => {
  await open(900);
  const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  await page.route('**/messages?**', async (route) => {
    isAsked();
    await mayAnswer;
    await route.continue();
  });
  for (let turn = 0; turn < 60; turn += 1) {
    await wheel(-400);
    if (await Promise.race([asked.then(() => true), page.waitForTimeout(30).then(() => false)])) break;
  }
  await asked;
  const before = await place();
  const heightBefore = await height();
  answer();
  await expect.poll(height).toBeGreaterThan(heightBefore + 10_000);
  expect(await movedSince(before)).toBeLessThanOrEqual(TOLERANCE);
});

test('who comes back to a chat comes back to the place', { timeout: 60_000 }, async () => {
  const { sessionId } = await open(80);
  await wheel(-1500);
  const before = await place();
  // More than once: a small error would add up.
  for (let visit = 0; visit < 3; visit += 1) {
    await page.getByRole('link', { name: words.frame.board }).first().click();
    await page.locator(`[data-board-row][data-session="${sessionId}"]`).click();
    await transcript(page).waitFor();
    expect(await movedSince(before)).toBeLessThanOrEqual(TOLERANCE);
  }
});
