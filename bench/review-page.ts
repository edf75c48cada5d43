import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startBenchServer, type BenchServer } from './bench-server.ts';
import { quantile, round, thousands, type Row } from './stats.ts';

const FILES = 5_000;

/** A review of 5,000 changed files: from the press of its button until the first files are on the screen, and the tasks behind. */
export async function measureReviewPage(open: (server: BenchServer) => Promise<Page>): Promise<Row[]> {
  const repository = repositoryOf();
  const server = await startBenchServer();
  try {
    const project = await server.client.createProject({ path: repository });
    const { session, chat } = await server.client.createSession({ projectId: project.id, agent: 'demo' });
    await server.run(chat.id, '/echo ready');
    const folder = (await server.client.getSession(session.id)).worktree?.path ?? '';
    for (let at = 0; at < FILES; at += 1) writeFileSync(fileAt(folder, at), `changed ${at}\nsame\n`);
    const page = await open(server);
    const times: number[] = [];
    let longest = 0;
    for (let i = 0; i < 5; i += 1) {
      // Without the side, which would have asked for the same before.
      await page.evaluate(
        `localStorage.setItem('pilotlight.side', '{"state":{"isOpen":false,"width":420,"tab":"changes"},"version":0}')`,
      );
      await page.goto(`${server.client.url}/sessions/${session.id}?chat=${chat.id}`);
      await page.getByRole('log').getByText('ready', { exact: true }).waitFor();
      const seen = await page.evaluate<{ ms: number; long: number }>(OPEN);
      times.push(seen.ms);
      longest = Math.max(longest, seen.long);
    }
    const median = quantile(times, 0.5);
    return [
      {
        what: `page: review of ${thousands(FILES)} changed files, from the press to its first files on screen, median of 5`,
        figure: `${round(median, 0)} ms`,
        reach: '≤ 300 ms',
        ok: median <= 300,
      },
      {
        what: `page: longest task while all ${thousands(FILES)} are listed`,
        figure: longest === 0 ? 'none over 50 ms' : `${round(longest, 0)} ms`,
        reach: '≤ 50 ms',
        ok: longest <= 50,
      },
    ];
  } finally {
    await server.close();
    rmSync(repository, { recursive: true, force: true });
  }
}

/** Presses the keys of the review; answers ms until its first files are painted, and the longest task until all are listed. */
const OPEN = `new Promise((resolve) => {
  const long = [];
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({ type: 'longtask' });
  const from = performance.now();
  let ms = 0;
  const keys = { key: 'r', code: 'KeyR', ctrlKey: true, altKey: true, bubbles: true };
  document.body.dispatchEvent(new KeyboardEvent('keydown', keys));
  const look = () => {
    const row = document.querySelector('[data-file-row]');
    if (row !== null && ms === 0) ms = performance.now() - from;
    // Every row is 28 px high.
    const height = row?.closest('[role=group]').firstElementChild.scrollHeight ?? 0;
    if (height < ${FILES} * 28) requestAnimationFrame(look);
    else resolve({ ms, long: Math.max(0, ...long) });
  };
  requestAnimationFrame(look);
})`;

/** A repository of 5,000 files with one commit. */
function repositoryOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-review-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder });
  git('init', '-q', '-b', 'main');
  for (let at = 0; at < FILES; at += 1) {
    const path = fileAt(folder, at);
    if (at % 100 === 0) mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `line ${at}\nsame\n`);
  }
  git('add', '.');
  git('commit', '-qm', 'first');
  return folder;
}

function fileAt(folder: string, at: number): string {
  return join(folder, `part-${Math.floor(at / 100)}`, `file-${at}.ts`);
}
