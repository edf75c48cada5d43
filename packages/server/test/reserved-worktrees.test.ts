/** Worktrees that wait for the next session of a project, with an agent that has one open in them. */
import type { Chat, Project, Session } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Home } from './composed-harness.ts';

const DEMO = fileURLToPath(import.meta.resolve('@pilotlight/demo-agent'));
const slow = {
  id: 'slow',
  name: 'Slow',
  command: process.execPath,
  args: [DEMO],
  env: { PILOTLIGHT_DEMO_PACE_MS: '0' },
  opensAhead: true,
};
const spares = { PILOTLIGHT_SPARES: '1' };
const often = { residencyEveryMs: 50 };

let home: Home;
let folder: string;
let project: Project;

beforeEach(async () => {
  home = await Home.start([slow], spares, often);
  folder = home.newRepository();
  project = await home.client.createProject({ path: folder });
});
afterEach(() => home[Symbol.asyncDispose]());

/** A session whose first turn has run. */
async function used(title?: string): Promise<{ session: Session; chat: Chat }> {
  const { session, chat } = await home.client.createSession({
    projectId: project.id,
    agent: 'slow',
    ...(title === undefined ? {} : { title }),
  });
  expect(await home.turn(chat, '/echo hi')).toMatchObject({ state: 'completed' });
  return { session: await home.client.getSession(session.id), chat };
}

/** The folder in which a spare waits with a session open. */
async function waiting(but = ''): Promise<string> {
  const open = 'with one open in ';
  let found: string | undefined;
  await expect
    .poll(
      async () => {
        const processes = await home.client.listProcesses();
        const whys = processes.filter(({ why }) => why.includes(open)).map(({ why }) => why.split(open)[1]);
        found = whys.find((path) => path !== but && path !== undefined && path !== folder);
        return found;
      },
      { timeout: 15_000 },
    )
    .toBeDefined();
  return found ?? '';
}

/** Sessions of which states are kept, with the commits of those. */
function keptStates(): Map<string, string[]> {
  const args = ['for-each-ref', '--format=%(refname)', 'refs/pilotlight/checkpoints'];
  const refs = execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim().split('\n');
  const states = new Map<string, string[]>();
  for (const ref of refs) {
    const [sessionId = '', commit = ''] = ref.split('/').slice(-2);
    states.set(sessionId, [...(states.get(sessionId) ?? []), commit]);
  }
  return states;
}

it('is taken by the next session, with the agent session that is open in it, and is named after it', async () => {
  const first = await used();
  const path = await waiting(first.session.worktree?.path);
  expect(existsSync(join(path, 'README.md'))).toBe(true);
  const spare = (await home.client.listProcesses()).find(({ why }) => why.endsWith(path));
  const next = await used('Mend the lamp');
  expect(next.session.worktree?.path).toBe(path);
  expect(next.session.worktree?.branch).toMatch(/^pilotlight\/mend-the-lamp-/);
  const serving = (await home.client.listProcesses()).find(({ chatIds }) => chatIds.includes(next.chat.id));
  expect(serving?.pid).toBe(spare?.pid);
  // Another one waits for the session after it.
  expect(await waiting(path)).not.toBe(path);
});

/** Gives the project that setup, and commits it. */
function setUp(setup: string): void {
  writeFileSync(join(folder, '.pilotlight.json'), JSON.stringify({ setup }));
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder });
  };
  git('add', '-A');
  git('commit', '-q', '-m', 'configure');
}

/** As it is now. */
async function allowScripts({ id }: Session): Promise<void> {
  const { hash } = await home.client.scripts.describe(id);
  await home.client.scripts.allow(id, hash ?? '');
}

it('has the name of its session when the setup and the agent look, in its very first turn', async () => {
  const look = 'git branch --show-current';
  setUp(`${look} > setup.txt`);
  const first = await used();
  await allowScripts(first.session);
  const path = await waiting(first.session.worktree?.path);
  const { session, chat } = await home.client.createSession({
    projectId: project.id,
    agent: 'slow',
    title: 'Mend the lamp',
  });
  await home.client.updatePolicy('session', session.id, { mode: 'allow_all' });
  await home.turn(chat, `/run ${look} > agent.txt`);
  const branch = (await home.client.getSession(session.id)).worktree?.branch;
  expect(branch).toMatch(/^pilotlight\/mend-the-lamp-/);
  expect(['setup.txt', 'agent.txt'].map((name) => readFileSync(join(path, name), 'utf8').trim())).toEqual([
    branch,
    branch,
  ]);
});

it('has the name of its session before the first prompt, where it was said what that will be about', async () => {
  const first = await used();
  await waiting(first.session.worktree?.path);
  const about = 'Mend the lamp\nand the wire';
  const { session, chat } = await home.client.createSession({ projectId: project.id, agent: 'slow', about });
  expect(session.title).toBe('Mend the lamp');
  const branch = async () => (await home.client.getSession(session.id)).worktree?.branch;
  await expect.poll(branch).toMatch(/^pilotlight\/mend-the-lamp-/);
  expect(
    execFileSync('git', ['branch', '--show-current'], {
      cwd: session.worktree?.path,
      encoding: 'utf8',
    }).trim(),
  ).toBe(await branch());
  // The chat takes the words of its prompt, which an agent's better ones may replace.
  expect(chat.title).toBe('');
  await home.turn(chat, '/echo hi');
  expect(await home.client.getChat(chat.id)).toMatchObject({ title: '/echo hi' });
  expect((await home.client.getSession(session.id)).title).toBe('Mend the lamp');
});

it('is known by its name although the server that gave it died before it could say so', async () => {
  const first = await used();
  const path = await waiting(first.session.worktree?.path);
  const { session, chat } = await home.client.createSession({ projectId: project.id, agent: 'slow' });
  const before = session.worktree?.branch ?? '';
  const named = before.replace('/session-', '/mend-the-lamp-');
  execFileSync('git', ['branch', '-m', before, named], { cwd: path });
  await home.client.updateSession(session.id, { title: 'Mend the lamp' });
  await home.turn(chat, '/echo hi');
  expect((await home.client.getSession(session.id)).worktree?.branch).toBe(named);
});

it('goes whole with a session that is removed at once', async () => {
  const first = await used();
  const path = await waiting(first.session.worktree?.path);
  const { session } = await home.client.createSession({ projectId: project.id, agent: 'slow', about: 'Go' });
  await home.client.removeSession(session.id);
  expect(existsSync(path)).toBe(false);
  const args = ['branch', '--list', 'pilotlight/go-*', '--format=%(refname:short)'];
  const branches = execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  // Removing a session leaves its branch, under the name that it has by then.
  expect(branches).toMatch(/^pilotlight\/go-/);
});

it('goes whole with a session that is removed while it is made ready', async () => {
  const begun = join(home.folder, 'begun');
  setUp(`touch '${begun}'; exec sleep 1000`);
  const first = await used();
  const path = await waiting(first.session.worktree?.path);
  await allowScripts(first.session);
  const { session } = await home.client.createSession({ projectId: project.id, agent: 'slow', about: 'Go' });
  await expect.poll(() => existsSync(begun), { timeout: 15_000 }).toBe(true);
  await home.client.removeSession(session.id);
  expect(existsSync(path)).toBe(false);
  expect((await home.client.listProcesses()).filter(({ chatIds }) => chatIds.length > 0)).toHaveLength(1);
});

it('is made ready again when a removal that came to nothing has cut its setup short', async () => {
  const goOn = join(home.folder, 'go on');
  setUp(`echo begun >> made.txt; [ -e '${goOn}' ] || exec sleep 1000`);
  const first = await used();
  const path = await waiting(first.session.worktree?.path);
  await allowScripts(first.session);
  const made = await home.client.createSession({ projectId: project.id, agent: 'slow', about: 'Go' });
  await expect.poll(() => existsSync(join(path, 'made.txt')), { timeout: 15_000 }).toBe(true);
  await expect(home.client.removeSession(made.session.id)).rejects.toMatchObject({ code: 'worktree_dirty' });
  writeFileSync(goOn, '');
  expect(await home.turn(made.chat, '/echo hi')).toMatchObject({ state: 'completed' });
  expect(readFileSync(join(path, 'made.txt'), 'utf8')).toBe('begun\nbegun\n');
});

it('has its state kept before the session has it, once, and given up with it', async () => {
  const first = await used();
  const path = await waiting(first.session.worktree?.path);
  await home.restart(spares, often);
  expect(await waiting(first.session.worktree?.path)).toBe(path);
  const { session, chat } = await home.client.createSession({ projectId: project.id, agent: 'slow' });
  expect(session.worktree?.path).toBe(path);
  const kept = keptStates().get(session.id);
  expect(kept).toHaveLength(1);
  const { id } = await home.turn(chat, '/echo hi');
  await home.running.drained();
  const { before } = await home.client.checkpoints.ofTurn(id);
  expect([before?.commit]).toEqual(kept);
  await waiting(path);
  await home.restart({}, often);
  await expect
    .poll(() => [...keptStates().keys()].toSorted(), { timeout: 15_000 })
    .toEqual([first.session.id, session.id].toSorted());
});

it('was read before the session had it, and what changed since is in the state before its first turn', async () => {
  const first = await used();
  const path = await waiting(first.session.worktree?.path);
  const { session, chat } = await home.client.createSession({ projectId: project.id, agent: 'slow' });
  expect(session.worktree?.path).toBe(path);
  await home.client.updatePolicy('session', session.id, { mode: 'allow_all' });
  writeFileSync(join(path, 'mine.txt'), 'before the first prompt\n');
  const { id } = await home.turn(chat, '/run sleep 0.05; echo of the agent > theirs.txt');
  await home.running.drained();
  const { before, after } = await home.client.checkpoints.ofTurn(id);
  const filesOf = (commit = ''): string[] =>
    execFileSync('git', ['ls-tree', '-r', '--name-only', commit], { cwd: folder, encoding: 'utf8' })
      .trim()
      .split('\n');
  expect(filesOf(before?.commit)).toEqual(['README.md', 'mine.txt']);
  expect(filesOf(after?.commit)).toEqual(['README.md', 'mine.txt', 'theirs.txt']);
});

it('is not taken once the project has moved on, or by a session with a base of its own', async () => {
  const first = await used();
  const path = await waiting(first.session.worktree?.path);
  const based = await home.client.createSession({ projectId: project.id, agent: 'slow', base: 'main' });
  await home.turn(based.chat, '/echo hi');
  expect((await home.client.getSession(based.session.id)).worktree?.path).not.toBe(path);
  const git = ['-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-q', '--allow-empty', '-m', 'second'];
  execFileSync('git', git, { cwd: folder });
  const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8' }).trim();
  const { session } = await used();
  expect(session.worktree?.path).not.toBe(path);
  expect(session.worktree?.baseCommit).toBe(head);
  await expect.poll(() => existsSync(path), { timeout: 15_000 }).toBe(false);
});

it('waits for the next server too, and goes when none is to wait', async () => {
  const first = await used();
  const path = await waiting(first.session.worktree?.path);
  await home.restart(spares, often);
  expect(await waiting(first.session.worktree?.path)).toBe(path);
  await home.restart({}, often);
  const left = [basename(first.session.worktree?.path ?? '')];
  await expect.poll(() => readdirSync(dirname(path)), { timeout: 15_000 }).toEqual(left);
  const branches = (): string[] =>
    execFileSync('git', ['branch', '--list', 'pilotlight/*', '--format=%(refname:short)'], {
      cwd: folder,
      encoding: 'utf8',
    })
      .trim()
      .split('\n');
  await expect.poll(branches, { timeout: 15_000 }).toEqual([first.session.worktree?.branch]);
});
