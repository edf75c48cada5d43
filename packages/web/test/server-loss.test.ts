/** The server dies under an open page, and comes back at the same address. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { words } from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { sees, send } from './looks.ts';

const CHILD = new URL('./page-server-child.ts', import.meta.url);

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
  await desk[Symbol.asyncDispose]();
});

async function start(port: number): Promise<{ url: string; token: string; port: number }> {
  child = fork(CHILD, [desk.home.dataFolder, String(port)], { env: desk.home.env() });
  const [said] = (await once(child, 'message')) as [{ url: string; token: string; port: number }];
  desk.home.client = desk.home.newClient(said);
  return said;
}

test(
  'killed in the middle of an answer: the page says so, comes back by itself, and goes on',
  { timeout: 90_000 },
  async () => {
    const first = await start(0);
    const { path, chat } = await desk.session();
    const page = await desk.window({ path }, first.url);
    await send(page, '/wait');
    await sees(page, 'waiting');
    const dead = child as ChildProcess;
    const exit = once(dead, 'exit');
    dead.kill('SIGKILL');
    await exit;
    await page.getByText(words.frame.connectionLost).first().waitFor();
    await start(first.port);
    await page.getByText(words.frame.connectionLost).first().waitFor({ state: 'detached' });
    await sees(page, words.transcript.turn.interrupted);
    await sees(page, 'waiting');
    await send(page, '/echo and on it goes');
    await sees(page, 'and on it goes');
    expect(await desk.home.words(chat)).toContain('and on it goes');
  },
);
