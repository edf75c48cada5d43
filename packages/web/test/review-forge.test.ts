/** A pull request from the page, with a program that plays the forge in front of the server's PATH. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { ReviewDesk } from './review-desk.ts';

const w = words.review;
const URL_OF = 'https://github.example/team/app/pull/7';

let tools: string;
let desk: BrowserDesk;
let review: ReviewDesk;

beforeEach(async () => {
  tools = mkdtempSync(join(tmpdir(), 'pilotlight-tools-'));
  const program = `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
const [seen, refused] = ${JSON.stringify([join(tools, 'seen.json'), join(tools, 'refused')])};
const input = readFileSync(0, 'utf8');
let why = '';
try { why = readFileSync(refused, 'utf8'); } catch {}
if (why !== '') { console.error(why); process.exit(1); }
writeFileSync(seen, JSON.stringify({ args: process.argv.slice(2), input }));
console.log('Creating pull request\\n${URL_OF}');
`;
  writeFileSync(join(tools, 'gh'), program);
  chmodSync(join(tools, 'gh'), 0o755);
  desk = await BrowserDesk.open({ toolsFirst: tools });
  review = await ReviewDesk.open(desk);
}, 60_000);
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
  rmSync(tools, { recursive: true });
});

test('a pull request is worded, planned and opened, and leads to its page', { timeout: 90_000 }, async () => {
  review.cart({ 5: 'const line5 = 500;' });
  review.git('commit', '-qam', 'Price line five');
  review.git('remote', 'add', 'origin', 'https://github.example/team/app.git');
  // The remote has the branch as it is, so nothing has to be pushed to a host that is not there.
  const branch = review.session.worktree?.branch ?? review.git('branch', '--show-current').trim();
  review.git('update-ref', `refs/remotes/origin/${branch}`, 'HEAD');
  writeFileSync(join(tools, 'refused'), 'no permission to open it');

  const page = await review.window();
  await page.getByRole('button', { name: w.branchMenu, exact: true }).click();
  await page.getByRole('menuitem', { name: w.actions.pull_request.menu('gh') }).click();
  const dialog = page.getByRole('dialog', { name: w.actions.pull_request.title });
  await dialog
    .getByText(`Open a pull request from ${branch} into main at github.example/team/app, with gh.`)
    .waitFor();
  await dialog.getByRole('textbox', { name: w.fields.title }).fill('Price "line five"; $(touch x)');
  await dialog.getByRole('textbox', { name: w.fields.body }).fill('Why\n--flag\n');
  await dialog.getByRole('switch', { name: w.fields.draft }).click();
  await dialog.getByText(/^Open a draft pull request/).waitFor();
  const open = dialog.getByRole('button', { name: w.actions.pull_request.run, exact: true });
  await open.click();
  // What the forge refuses is said in place, and what was written stays.
  await dialog.getByRole('alert').getByText('no permission to open it').waitFor();
  expect(await dialog.getByRole('textbox', { name: w.fields.body }).inputValue()).toBe('Why\n--flag\n');

  rmSync(join(tools, 'refused'));
  await open.click();
  await dialog.waitFor({ state: 'detached' });
  const link = page.getByRole('link', { name: w.openLink });
  expect(await link.getAttribute('href')).toBe(URL_OF);
  const { args, input } = JSON.parse(readFileSync(join(tools, 'seen.json'), 'utf8')) as {
    args: string[];
    input: string;
  };
  expect(args).toContain('--title=Price "line five"; $(touch x)');
  expect(args).toContain(`--head=${branch}`);
  expect(args).toContain('--base=main');
  expect(args).toContain('--draft');
  expect(input).toBe('Why\n--flag\n');
});
