/** A session with changes of every kind in its worktree, and a window that reviews them. */
import type { Chat, Session } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk, type WindowOptions } from './browser-desk.ts';

const w = words.review;

/** For a test in the browser. */
export const TIME = { timeout: 90_000 };
/** A page that was told to do something has done it. */
export const SOON = { timeout: 20_000 };

/** Of the test that runs, see `useReviewDesk`. */
export let desk: BrowserDesk;
export let review: ReviewDesk;

/** Every test of the file has a desk and a session to review of its own. */
export function useReviewDesk(prepare: () => void = () => {}): void {
  beforeEach(async () => {
    desk = await BrowserDesk.open();
    review = await ReviewDesk.open(desk);
    prepare();
  }, 60_000);
  afterEach(() => desk[Symbol.asyncDispose]());
}

/** 40 lines, so that two changes in it are two hunks with a gap between. */
export const CART = Array.from({ length: 40 }, (_, at) => `const line${at + 1} = ${at + 1};`);

export class ReviewDesk {
  readonly desk: BrowserDesk;
  readonly session: Session;
  readonly chat: Chat;
  /** of the project */
  readonly folder: string;
  /** of the session */
  readonly worktree: string;

  private constructor(desk: BrowserDesk, made: Omit<ReviewDesk, 'desk'>) {
    this.desk = desk;
    this.session = made.session;
    this.chat = made.chat;
    this.folder = made.folder;
    this.worktree = made.worktree;
  }

  static async open(desk: BrowserDesk): Promise<ReviewDesk> {
    const folder = desk.home.newRepository();
    git(folder, 'config', 'user.name', 'Ada');
    git(folder, 'config', 'user.email', 'ada@example.org');
    write(folder, {
      'src/cart.ts': `${CART.join('\n')}\n`,
      'src/old-name.ts': 'export const kept = true;\nexport const moved = true;\nexport const third = 3;\n',
      'src/gone.ts': 'export const gone = true;\n',
    });
    git(folder, 'add', '.');
    git(folder, 'commit', '-qm', 'A shop');
    const { session, chat } = await desk.home.desk('demo', folder);
    await desk.home.turn(chat, '/echo ready');
    const worktree = (await desk.home.client.getSession(session.id)).worktree?.path ?? '';
    return new ReviewDesk(desk, { session, chat, folder, worktree } as Omit<ReviewDesk, 'desk'>);
  }

  /** Writes files of the worktree. */
  write(files: Record<string, string | Uint8Array>): void {
    write(this.worktree, files);
  }

  read(path: string): string {
    return readFileSync(join(this.worktree, path), 'utf8');
  }

  remove(path: string): void {
    rmSync(join(this.worktree, path));
  }

  /** In the worktree. */
  git(...args: string[]): string {
    return git(this.worktree, ...args);
  }

  /** `src/cart.ts` with the lines of these numbers put in the place of what they were. */
  cart(changes: Record<number, string>): void {
    this.write({ 'src/cart.ts': `${CART.map((line, at) => changes[at + 1] ?? line).join('\n')}\n` });
  }

  /** A commit on the base branch, beside the session. */
  onBase(files: Record<string, string>, message: string): void {
    write(this.folder, files);
    git(this.folder, 'commit', '-qam', message);
  }

  /** A window that reviews. */
  async window(review: { scope?: string; file?: string } = {}, options: WindowOptions = {}): Promise<Page> {
    const { scope = 'session', file } = review;
    const search = new URLSearchParams({
      chat: this.chat.id,
      review: scope,
      ...(file === undefined ? {} : { file }),
    });
    return this.desk.window({ ...options, path: `/sessions/${this.session.id}?${search}` });
  }
}

/** The row of a file in the list. */
export function row(page: Page, name: string | RegExp): Locator {
  return page.getByRole('group', { name: words.changes.list }).getByRole('button', { name });
}

/** The lines of the open file. */
export function lines(page: Page, path: string): Locator {
  return page.getByRole('group', { name: words.transcript.diff.of(path), exact: true });
}

/** Says yes to what the dialog says it will do. */
export async function confirm(page: Page, kind: keyof typeof w.actions): Promise<void> {
  const dialog = page.getByRole('dialog', { name: w.actions[kind].title });
  await dialog.getByRole('list', { name: w.willDo }).waitFor();
  await dialog.getByRole('button', { name: w.actions[kind].run, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

function write(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8' });
}
