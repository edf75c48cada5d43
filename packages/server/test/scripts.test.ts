/** `.pilotlight.json`: what is copied, run, asked for, shown and stopped, in a server with real processes. */
import type { Chat, Project, Session, SessionScripts } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Home } from './composed-harness.ts';

let home: Home;
let folder: string;
let project: Project;

beforeEach(async () => {
  home = await Home.start([], { NOT_FOR_SCRIPTS: '1' });
  folder = home.newRepository();
  project = await home.client.createProject({ path: folder });
});
afterEach(() => home[Symbol.asyncDispose]());

function git(...args: string[]): string {
  const options = { cwd: folder, encoding: 'utf8' as const };
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], options).trim();
}

/** Commits the file as it is to be, and what is ignored. */
function configure(config: unknown, ignored = '.env\nsecret/\n'): void {
  const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2);
  writeFileSync(join(folder, '.pilotlight.json'), text);
  writeFileSync(join(folder, '.gitignore'), ignored);
  git('add', '-A');
  git('commit', '-q', '-m', 'configure');
}

async function begin(): Promise<{ session: Session; chat: Chat }> {
  return home.client.createSession({ projectId: project.id });
}

async function worktreeOf({ id }: Session): Promise<string> {
  return (await home.client.getSession(id)).worktree?.path ?? '';
}

/** Resolves with what is said of the scripts once it passes. */
async function until({ id }: Session, test: (scripts: SessionScripts) => boolean): Promise<SessionScripts> {
  const { promise, resolve, reject } = Promise.withResolvers<SessionScripts>();
  const look = (): void =>
    void home.client.scripts.describe(id).then((scripts) => {
      if (test(scripts)) resolve(scripts);
    }, reject);
  using _following = home.client.followIndex({ onState: look, onError: reject });
  return await promise;
}

const stateOf = (scripts: SessionScripts, name: string) =>
  scripts.runs.find((run) => run.name === name)?.state;

describe('copy', () => {
  it('gives a new worktree its ignored files, and no other', async () => {
    configure({ copy: ['.env', 'secret/**', 'README.md'] });
    writeFileSync(join(folder, '.env'), 'KEY=1\n');
    mkdirSync(join(folder, 'secret/deep'), { recursive: true });
    writeFileSync(join(folder, 'secret/deep/a.pem'), 'pem');
    const { session, chat } = await begin();
    await home.turn(chat, '/echo hi');
    const path = await worktreeOf(session);
    expect(readFileSync(join(path, '.env'), 'utf8')).toBe('KEY=1\n');
    expect(readFileSync(join(path, 'secret/deep/a.pem'), 'utf8')).toBe('pem');
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: path, encoding: 'utf8' })).toBe('');
    expect((await home.client.scripts.describe(session.id)).lacking).toEqual([]);
  });

  it('follows no link out of the project, says what it left, and leaves what is there', async () => {
    const outside = home.newFolder();
    writeFileSync(join(outside, 'passwd'), 'root');
    configure({ copy: ['**/*'] }, '.env\nsecret\nlinked\n');
    symlinkSync(join(outside, 'passwd'), join(folder, '.env'));
    symlinkSync(outside, join(folder, 'linked'));
    const { session, chat } = await begin();
    await home.turn(chat, '/echo hi');
    const path = await worktreeOf(session);
    expect(existsSync(join(path, '.env'))).toBe(false);
    expect(existsSync(join(path, 'linked'))).toBe(false);
    const { lacking } = await home.client.scripts.describe(session.id);
    expect(lacking).toContainEqual({ path: '.env', why: 'it is a link or no plain file' });
  });
});

describe('a file that cannot be used', () => {
  it.each([
    ['no JSON', '{\n  "copy": [\n}', 'line 3'],
    ['an unknown key', '{ "setups": "x" }', 'setups'],
    ['a way out', '{ "copy": ["../x"] }', '"copy.0"'],
    ['a name that is none', '{ "run": { "a b": "x" } }', 'run'],
  ])('%s is said with its place, and the session works', async (_, text, place) => {
    configure(text);
    const { session, chat } = await begin();
    expect(await home.turn(chat, '/echo hi')).toMatchObject({ state: 'completed' });
    const scripts = await home.client.scripts.describe(session.id);
    expect(scripts).toMatchObject({ hash: null, allowed: false, run: [] });
    expect(scripts.problem).toContain('.pilotlight.json');
    expect(scripts.problem).toContain(place);
    await expect(home.client.scripts.start(session.id, 'setup')).rejects.toMatchObject({
      code: 'config_invalid',
    });
  });
});

describe('setup', () => {
  it('runs only after somebody allowed that very file, and then in new worktrees before their first turn', async () => {
    configure({ setup: 'echo ready >> made.txt' });
    const first = await begin();
    expect(await home.turn(first.chat, '/echo hi')).toMatchObject({ state: 'completed' });
    const path = await worktreeOf(first.session);
    expect(existsSync(join(path, 'made.txt'))).toBe(false);
    const shown = await home.client.scripts.describe(first.session.id);
    expect(shown).toMatchObject({ allowed: false, setup: 'echo ready >> made.txt', runs: [] });
    await expect(home.client.scripts.start(first.session.id, 'setup')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(home.client.scripts.allow(first.session.id, 'f'.repeat(64))).rejects.toMatchObject({
      code: 'conflict',
    });

    await home.client.scripts.allow(first.session.id, shown.hash ?? '');
    await until(first.session, (scripts) => stateOf(scripts, 'setup') === 'succeeded');
    expect(readFileSync(join(path, 'made.txt'), 'utf8')).toBe('ready\n');
    await home.turn(first.chat, '/echo again');
    expect(readFileSync(join(path, 'made.txt'), 'utf8')).toBe('ready\n');

    const second = await begin();
    await home.turn(second.chat, '/echo hi');
    expect(readFileSync(join(await worktreeOf(second.session), 'made.txt'), 'utf8')).toBe('ready\n');

    configure({ setup: 'echo other >> made.txt' });
    const third = await begin();
    await home.turn(third.chat, '/echo hi');
    expect(await home.client.scripts.describe(third.session.id)).toMatchObject({ allowed: false, runs: [] });
  });

  it('that fails holds nothing up, is shown with what it said over a restart, and can be tried again', async () => {
    configure({ setup: 'echo out; echo err >&2; test -e fixed' });
    const before = await begin();
    await home.turn(before.chat, '/echo hi');
    const { hash } = await home.client.scripts.describe(before.session.id);
    await home.client.scripts.allow(before.session.id, hash ?? '');
    const { session, chat } = await begin();
    expect(await home.turn(chat, '/echo hi')).toMatchObject({ state: 'completed' });
    expect(stateOf(await home.client.scripts.describe(session.id), 'setup')).toBe('failed');
    await home.restart();
    expect(await home.client.scripts.output(session.id, 'setup')).toMatchObject({ text: 'out\nerr\n' });
    writeFileSync(join(await worktreeOf(session), 'fixed'), '');
    await home.client.scripts.start(session.id, 'setup');
    await until(session, (scripts) => stateOf(scripts, 'setup') === 'succeeded');
  });

  it('does not hold a turn that is cancelled, and goes on when it is stopped', async () => {
    configure({ setup: 'echo begun; tail -f /dev/null' });
    const before = await begin();
    await home.turn(before.chat, '/echo hi');
    const { hash } = await home.client.scripts.describe(before.session.id);
    await home.client.scripts.allow(before.session.id, hash ?? '');
    await home.client.scripts.stop(before.session.id, 'setup');
    const { session, chat } = await begin();
    const first = await home.client.submitPrompt(chat.id, {
      id: 'trn_00000001',
      content: [{ type: 'text', text: '/echo first' }],
    });
    await until(session, (scripts) => stateOf(scripts, 'setup') === 'running');
    await home.client.cancelTurn(first.id);
    expect(await home.client.waitForTurn(chat.id, first.id)).toMatchObject({ state: 'cancelled' });
    const second = await home.client.submitPrompt(chat.id, {
      id: 'trn_00000002',
      content: [{ type: 'text', text: '/echo second' }],
    });
    await home.client.scripts.stop(session.id, 'setup');
    expect(await home.client.waitForTurn(chat.id, second.id)).toMatchObject({ state: 'completed' });
    expect(stateOf(await home.client.scripts.describe(session.id), 'setup')).toBe('stopped');
  });
});

describe('run scripts', () => {
  async function allowed(config: unknown): Promise<{ session: Session; chat: Chat; path: string }> {
    configure(config);
    const { session, chat } = await begin();
    await home.turn(chat, '/echo hi');
    const { hash } = await home.client.scripts.describe(session.id);
    await home.client.scripts.allow(session.id, hash ?? '');
    return { session, chat, path: await worktreeOf(session) };
  }

  it('have ports of their own, a stated environment, and end with their whole group', async () => {
    const { session, path } = await allowed({
      ports: ['web', 'api-2'],
      run: {
        dev: 'env | sort > env.txt; (tail -f /dev/null &) ; echo "on $PILOTLIGHT_PORT_WEB"; tail -f /dev/null',
      },
    });
    await home.client.scripts.start(session.id, 'dev');
    await expect(home.client.scripts.start(session.id, 'dev')).rejects.toMatchObject({ code: 'conflict' });
    const { ports } = await home.client.scripts.describe(session.id);
    const env = await waitForText(join(path, 'env.txt'), 'PILOTLIGHT_WORKTREE');
    expect(env).toContain(`PILOTLIGHT_PORT_WEB=${ports[0]?.port}`);
    expect(env).toContain(`PILOTLIGHT_PORT_API_2=${ports[1]?.port}`);
    expect(env).toContain(`PILOTLIGHT_WORKTREE=${path}`);
    expect(env).not.toContain('PILOTLIGHT_TOKEN');
    await home.client.scripts.stop(session.id, 'dev');
    expect(stateOf(await home.client.scripts.describe(session.id), 'dev')).toBe('stopped');
    expect(home.survivors().length).toBeLessThanOrEqual(1);
  });

  it('of two sessions get different ports, none that somebody listens on, the same ones again', async () => {
    const { session } = await allowed({ ports: ['web'], run: { dev: 'true' } });
    const [first] = (await home.client.scripts.describe(session.id)).ports;
    const next = (first?.port ?? 0) + 1;
    const blocker = createServer().listen(next, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const other = await begin();
    await home.turn(other.chat, '/echo hi');
    const [second] = (await home.client.scripts.describe(other.session.id)).ports;
    await new Promise((resolve) => blocker.close(resolve));
    expect(second?.port).not.toBe(first?.port);
    expect(second?.port).not.toBe(next);
    await home.restart();
    expect((await home.client.scripts.describe(session.id)).ports).toEqual([first]);
  });

  it('share their ports with the agents of the session, and with nobody else', async () => {
    configure({ ports: ['web'] });
    const said = async (chat: Chat): Promise<string> => {
      const { state } = await home.turn(chat, '/run sleep 0.05; echo "port<$PILOTLIGHT_PORT_WEB>"');
      expect(state).toBe('completed');
      const { messages } = await home.client.listMessages(chat.id);
      return /port<(\d*)>/.exec(JSON.stringify(messages.at(-1)).replace('echo "port<', ''))?.[1] ?? 'nothing';
    };
    const start = async () => {
      const made = await begin();
      await home.client.updatePolicy('session', made.session.id, { mode: 'allow_all' });
      return made;
    };
    const one = await start();
    const first = await said(one.chat);
    const [port] = (await home.client.scripts.describe(one.session.id)).ports;
    expect(first).toBe(String(port?.port));
    const beside = await home.client.createChat(one.session.id, { agent: 'demo' });
    expect(await said(beside)).toBe(first);
    const other = await said((await start()).chat);
    expect(other).toMatch(/^\d+$/);
    expect(other).not.toBe(first);
    configure({});
    expect(await said((await start()).chat)).toBe('');
  });

  it('keep the end of what they wrote, however much it was', async () => {
    const { session } = await allowed({ run: { much: 'seq 1 200000' } });
    await home.client.scripts.start(session.id, 'much');
    await until(session, (scripts) => stateOf(scripts, 'much') === 'succeeded');
    const { text } = await home.client.scripts.output(session.id, 'much');
    expect(text.endsWith('\n199999\n200000\n')).toBe(true);
    expect(text.startsWith('[what came before is not kept]\n')).toBe(true);
    expect(text.length).toBeLessThan(140_000);
  });

  it('end with their server, and are shown as interrupted when it was killed', async () => {
    const { session } = await allowed({ run: { dev: 'tail -f /dev/null' } });
    await home.client.scripts.start(session.id, 'dev');
    await home.restart();
    expect(stateOf(await home.client.scripts.describe(session.id), 'dev')).toBe('stopped');
  });

  it('end with their session, and the teardown runs', async () => {
    const marker = join(home.folder, 'torn-down');
    const { session } = await allowed({
      run: { dev: 'tail -f /dev/null' },
      teardown: `pwd > '${marker}'`,
    });
    const path = await worktreeOf(session);
    await home.client.scripts.start(session.id, 'dev');
    await home.client.removeSession(session.id);
    expect(readFileSync(marker, 'utf8').trim()).toBe(path);
    expect(existsSync(path)).toBe(false);
  });
});

/** The text of a file that a program writes, once it has that in it. */
async function waitForText(path: string, part: string): Promise<string> {
  return vi.waitFor(() => {
    const text = readFileSync(path, 'utf8');
    if (!text.includes(part)) throw new Error(`${path} has no ${part} yet`);
    return text;
  });
}
