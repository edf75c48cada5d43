import { CHROMIUM_ARGS, chromiumPath } from '@pilotlight/testkit';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { startBenchServer, type BenchServer } from './bench-server.ts';
import { measureReviewPage } from './review-page.ts';
import { seedChat } from './seed-chat.ts';
import { quantile, round, thousands, type Row } from './stats.ts';

const DIST = fileURLToPath(new URL('../packages/web/dist/', import.meta.url));
const BUDGET_KB = 250;
const MESSAGES = 5_000;

/** The page in Chromium before a server in a process of its own: size, first load, a long chat, typing while it streams. */
export async function measurePage(): Promise<Row[]> {
  execFileSync(process.execPath, [fileURLToPath(new URL('../packages/web/build.ts', import.meta.url))]);
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS });
  try {
    return [
      size(),
      await firstLoad(browser),
      await longChat(browser),
      ...(await measureReviewPage((server) => signedIn(browser, server))),
      ...(await streaming(browser)),
      await memory(browser),
    ];
  } finally {
    await browser.close();
  }
}

/** What the first route takes before anything is asked for: every script and style that index.html names. */
function size(): Row {
  const html = readFileSync(`${DIST}index.html`, 'utf8');
  const names = [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name ?? '');
  const bytes = names.reduce(
    (sum, name) => sum + gzipSync(readFileSync(DIST + name), { level: 9 }).length,
    0,
  );
  const kb = bytes / 1024;
  return {
    what: 'page: script and style of the first route, gzip',
    figure: `${round(kb, 0)} KB`,
    reach: `≤ ${BUDGET_KB} KB`,
    ok: kb <= BUDGET_KB,
  };
}

async function signedIn(browser: Browser, server: BenchServer): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  await page.goto((await server.client.createSignInLink()).url);
  await page.waitForURL((url) => url.pathname === '/');
  return page;
}

/** In one frame after another until `script` is true; answers ms since `from` (of the page's own clock). */
async function until(page: Page, script: string, from = '0'): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const from = ${from};
    const look = () => ((${script}) ? resolve(performance.now() - from) : requestAnimationFrame(look));
    look();
  })`);
}

async function firstLoad(browser: Browser): Promise<Row> {
  const server = await startBenchServer();
  try {
    await server.chat();
    const page = await signedIn(browser, server);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
    const times: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      await page.goto(server.client.url, { waitUntil: 'commit' });
      times.push(await until(page, `document.querySelector('[data-board-row]') !== null`));
    }
    const median = quantile(times, 0.5);
    return {
      what: 'page: first load on loopback, nothing cached, until the board can be used, median of 5',
      figure: `${round(median, 0)} ms`,
      reach: '≤ 1,000 ms',
      ok: median <= 1_000,
    };
  } finally {
    await server.close();
  }
}

async function longChat(browser: Browser): Promise<Row> {
  const server = await startBenchServer((dataFolder) => seedChat(dataFolder, MESSAGES));
  try {
    const page = await signedIn(browser, server);
    const [chat] = await server.client.listChats();
    const times: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      await page.goto(server.client.url);
      await page.locator(`[data-board-row][data-session="${chat?.sessionId}"]`).waitFor();
      const ms = await page.evaluate<number>(`new Promise((resolve) => {
        const from = performance.now();
        document.querySelector('[data-board-row]').click();
        const look = () => document.querySelector('[role=log]')?.textContent.includes('message ${MESSAGES} ')
          ? requestAnimationFrame(() => resolve(performance.now() - from)) : requestAnimationFrame(look);
        look();
      })`);
      times.push(ms);
    }
    const median = quantile(times, 0.5);
    return {
      what: `page: chat of ${thousands(MESSAGES)} messages opened, from the click to its end on screen, median of 5`,
      figure: `${round(median, 0)} ms`,
      reach: '≤ 300 ms',
      ok: median <= 300,
    };
  } finally {
    await server.close();
  }
}

/** Three panes with 200 chunks a second each, while somebody types. */
async function streaming(browser: Browser): Promise<Row[]> {
  const server = await startBenchServer(undefined, { PILOTLIGHT_DEMO_PACE_MS: '5' });
  try {
    const page = await signedIn(browser, server);
    const first = await server.session();
    const beside = [await server.client.createChat(first.session.id, { agent: 'demo' })];
    beside.push(await server.client.createChat(first.session.id, { agent: 'demo' }));
    const chats = [first.chat.id, ...beside.map(({ id }) => id)];
    const search = new URLSearchParams({ chat: chats[0] ?? '', beside: chats.slice(1).join(',') });
    await page.goto(`${server.client.url}/sessions/${first.session.id}?${search}`);
    const fields = page.getByRole('textbox', { name: /^Prompt for / });
    await fields.nth(2).waitFor();
    for (const chatId of chats) await server.submit(chatId, '/count 6000');
    await until(
      page,
      `[...document.querySelectorAll('[role=log]')].every((log) => /\\b100\\b/.test(log.textContent))`,
    );
    await page.evaluate(WATCH);
    await fields.first().click();
    for (let i = 0; i < 200; i += 1) await page.keyboard.type('word '[i % 5] ?? ' ', { delay: 40 });
    const seen = await page.evaluate<{ long: number[]; keys: number[] }>('window.__seen');
    const longest = Math.max(0, ...seen.long);
    const p95 = quantile(seen.keys, 0.95);
    return [
      {
        what: 'page: longest task while three panes stream 200 chunks/s each and 25 keys/s are typed',
        figure: longest === 0 ? 'none over 50 ms' : `${round(longest, 0)} ms`,
        reach: '≤ 50 ms',
        ok: longest <= 50,
      },
      {
        what: `page: key to paint meanwhile, p95 of ${seen.keys.length}`,
        figure: `${round(p95, 0)} ms`,
        reach: '≤ 50 ms',
        ok: p95 <= 50,
      },
    ];
  } finally {
    await server.close();
  }
}

const WATCH = `
  window.__seen = { long: [], keys: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.__seen.long.push(entry.duration);
  }).observe({ type: 'longtask' });
  addEventListener('keydown', (event) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.__seen.keys.push(performance.now() - event.timeStamp);
      port2.postMessage(null);
    });
  }, true);
`;

/** The page's heap after as many words as an hour of streaming has, against a tenth of it; both after a collection. */
async function memory(browser: Browser): Promise<Row> {
  const TURNS = 20;
  const server = await startBenchServer();
  try {
    const page = await signedIn(browser, server);
    const cdp = await page.context().newCDPSession(page);
    const { session, chat } = await server.session();
    await page.goto(`${server.client.url}/sessions/${session.id}?chat=${chat.id}`);
    const heaps: number[] = [];
    for (let turn = 1; turn <= TURNS; turn += 1) {
      // 36,000 chunks are three minutes of 200 a second.
      await server.run(chat.id, '/flood 36000 text');
      await until(page, `document.querySelector('[role=log]')?.textContent.includes('36000')`);
      heaps.push(await heapOf(cdp));
    }
    const [early = 0, late = 0] = [heaps[1], heaps.at(-1)];
    const grown = (late - early) / 1e6;
    return {
      what: `page: heap after an hour's words (${thousands(TURNS * 36_000)} chunks), grown since the first six minutes (${round(early / 1e6, 0)} MB then)`,
      figure: `${round(grown, 1)} MB`,
      reach: '≤ 20 MB',
      ok: grown <= 20,
    };
  } finally {
    await server.close();
  }
}

async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await cdp.send('Runtime.getHeapUsage')) as { usedSize: number };
  return usedSize;
}
