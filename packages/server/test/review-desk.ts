/** What the tests of review actions share: a server, and for each test a repository with a session in which a turn has run. */
import { newId, type Chat, type ReviewAction, type ReviewRequest, type Session } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { Home } from './composed-harness.ts';

export let home: Home;
/** a folder in front of the server's PATH */
export let tools: string;
/** the folder of the project */
export let project: string;
export let session: Session;
export let chat: Chat;
/** the worktree */
export let path: string;

/** Sets all of these before the tests of the file that calls it. */
export function useReviewDesk(): void {
  beforeAll(async () => {
    home = await Home.start();
    tools = join(home.folder, 'tools');
    mkdirSync(tools);
    await home.restart({ PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}` });
    // What the user of the machine has configured must not answer for the test.
    vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
    vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await home[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    project = home.newRepository();
    configure(project);
    const desk = await home.desk('demo', project);
    await home.turn(desk.chat, '/echo made');
    ({ chat } = desk);
    session = await home.client.getSession(desk.session.id);
    path = session.worktree?.path ?? '';
  });
}

export const review = () => home.client.review;
export const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', args, { cwd, encoding: 'utf8' }).trimEnd();
export const write = (name: string, text: string, at = path) => writeFileSync(join(at, name), text);
export const status = (cwd = path) => git(cwd, 'status', '--porcelain');

export function configure(cwd: string): void {
  git(cwd, 'config', 'user.name', 'Ada');
  git(cwd, 'config', 'user.email', 'ada@example.invalid');
}

export function commit(cwd: string, message: string, files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) write(name, text, cwd);
  git(cwd, 'add', '-A');
  git(cwd, 'commit', '-qm', message);
  return git(cwd, 'rev-parse', 'HEAD');
}

export const plan = (request: ReviewRequest) => review().plan(session.id, request);
export const run = (request: ReviewRequest, token?: string): Promise<ReviewAction> =>
  review().run(session.id, { id: newId('action'), request, ...(token === undefined ? {} : { token }) });
