/** The server dies under an open page, and comes back at the same address. */
import { stopKeepers } from '@pilotlight/keeper';
import { CONTINUE_PROMPT } from '@pilotlight/protocol';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { sees, send, transcript } from './looks.ts';

const CHILD = new URL('./page-server-child.ts', import.meta.url);

const PICTURES = process.env['PILOTLIGHT_PICTURES'];

let desk: BrowserDesk;
let child: ChildProcess | null = null;

beforeEach(async () => {
  desk = await BrowserDesk.open();
  await desk.home.running.close();
  desk.home.server = null;
});
afterEach(async () => {
  if (child !== null && child.exitCode === null) {
    const exit = once(child, 'exit');
    child.disconnect();
    await exit;
  }
  await stopKeepers(desk.home.dataFolder);
  await desk[Symbol.asyncDispose]();
});

async function start(
  port: number,
  ...keeper: 'keeper'[]
): Promise<{ url: string; token: string; port: number }> {
  child = fork(CHILD, [desk.home.dataFolder, String(port), ...keeper], { env: desk.home.env() });
  const [said] = (await once(child, 'message')) as [{ url: string; token: string; port: number }];
  desk.home.client = desk.home.newClient(said);
  return said;
}

async function kill(): Promise<void> {
  const dead = child as ChildProcess;
  const exit = once(dead, 'exit');
  dead.kill('SIGKILL');
  await exit;
}

test(
  'killed in the middle of an answer: the page says so, comes back by itself, and the answer has gone on',
  { timeout: 90_000 },
  async () => {
    const w = words.transcript;
    const first = await start(0, 'keeper');
    const { path, chat, folder } = await desk.session();
    const page = await desk.window({ path }, first.url);
    const gate = join(folder, 'gate');
    await send(page, `/hold ${gate}`);
    await sees(page, /^holding/);
    await kill();
    await page.getByText(words.frame.connectionLost).first().waitFor();
    await start(first.port, 'keeper');
    await page.getByText(words.frame.connectionLost).first().waitFor({ state: 'detached' });
    await sees(page, w.turn.running);
    await sees(page, w.continuity.reattached[0]);
    writeFileSync(gate, '');
    await sees(page, 'holding released');
    await sees(page, w.continuity.reattached[0]);
    expect(await desk.home.words(chat)).toBe('holding released');
    if (PICTURES !== undefined) await takePictures(path, first.url, 'went-on');
  },
);

test(
  'killed with the agent: the page says why, and goes on at a press, or by itself where that is wanted',
  { timeout: 120_000 },
  async () => {
    const w = words.transcript;
    const first = await start(0);
    const { path, chat } = await desk.session();
    const page = await desk.window({ path }, first.url);
    await send(page, '/wait');
    await sees(page, 'waiting');
    await kill();
    await start(first.port);
    await sees(page, w.turn.interrupted);
    await sees(page, /without a keeper.*send again to go on/);
    await sees(page, 'waiting');
    if (PICTURES !== undefined) await takePictures(path, first.url, 'interrupted');
    await transcript(page).getByRole('button', { name: w.goOn }).click();
    await desk.home.until(chat, ({ messages }) =>
      messages.some(({ role, parts }) => role === 'user' && JSON.stringify(parts).includes(CONTINUE_PROMPT)),
    );
    await sees(page, CONTINUE_PROMPT);
    await transcript(page).getByRole('button', { name: w.goOn }).waitFor({ state: 'detached' });

    const other = await desk.window({ path: '/settings' }, first.url);
    await other.getByRole('switch', { name: words.settings.continueInterrupted }).click();
    await expect.poll(() => desk.home.client.getSettings()).toMatchObject({ continueInterrupted: true });
    if (PICTURES !== undefined) await takePictures('/settings#server', first.url, 'settings');
    await desk.home.until(chat, ({ permissions }) => Object.keys(permissions).length > 0);
    await kill();
    await start(first.port);
    await sees(page, w.wentOnByItself);
    await sees(page, /it goes on by itself\.$/);
    if (PICTURES !== undefined) await takePictures(path, first.url, 'by-itself');
  },
);

/** To look at what it shows, light, dark and on a phone. */
async function takePictures(path: string, url: string, name: string): Promise<void> {
  for (const [look, options] of Object.entries({
    light: { theme: 'light' },
    dark: { theme: 'dark' },
    phone: { phone: true },
  } as const)) {
    const page = await desk.window({ path, ...options }, url);
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(PICTURES ?? '', `${name}-${look}.png`) });
    await page.close();
  }
}
