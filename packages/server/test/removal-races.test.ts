/** A session that goes while somebody still works in it: one of both happens, and nothing by half. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Home, say } from './composed-harness.ts';

let home: Home;
beforeEach(async () => {
  home = await Home.start();
});
afterEach(() => home[Symbol.asyncDispose]());

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
    cwd,
    encoding: 'utf8',
  }).trimEnd();

/** A session with uncommitted work, and a teardown that lasts until the test lets it end. */
async function work() {
  const [held, goOn] = [join(home.folder, 'held'), join(home.folder, 'go on')];
  const teardown = `touch '${held}'; while [ ! -e '${goOn}' ]; do sleep 0.02; done`;
  const folder = home.newRepository(true, { '.pilotlight.json': JSON.stringify({ teardown }) });
  const desk = await home.desk('demo', folder);
  const { hash } = await home.client.scripts.describe(desk.session.id);
  await home.client.scripts.allow(desk.session.id, hash ?? '');
  await home.turn(desk.chat, '/echo first');
  await home.running.drained();
  const path = (await home.client.getSession(desk.session.id)).worktree?.path ?? '';
  writeFileSync(join(path, 'mine.txt'), 'nowhere else\n');
  const heldUp = () => vi.waitUntil(() => existsSync(held), { timeout: 20_000 });
  return { ...desk, path, heldUp, letGo: () => writeFileSync(goOn, '') };
}

it('a prompt that is accepted while its teardown runs keeps the session', async () => {
  const w = await work();
  const removing = home.client.removeSession(w.session.id, 'keep').catch((error: unknown) => error);
  await w.heldUp();
  const { id } = await home.client.submitPrompt(w.chat.id, say('/wait'));
  await home.until(w.chat, ({ turns }) => turns[id]?.state === 'running');
  w.letGo();
  expect(await removing).toMatchObject({ code: 'conflict' });
  await home.client.cancelTurn(id);
  await home.client.waitForTurn(w.chat.id, id);
  expect(readFileSync(join(w.path, 'mine.txt'), 'utf8')).toBe('nowhere else\n');
  expect(await home.turn(w.chat, '/echo goes on')).toMatchObject({ state: 'completed' });
});

it('prompts at any moment of a removal are run or refused, and the session is there or can be brought back', async () => {
  const w = await work();
  w.letGo();
  const removal = { isOver: false };
  const removing = home.client
    .removeSession(w.session.id, 'keep')
    .then(
      () => 'removed',
      () => 'refused',
    )
    .finally(() => (removal.isOver = true));
  const accepted: string[] = [];
  while (!removal.isOver) {
    const prompt = say('/echo meanwhile');
    await home.client.submitPrompt(w.chat.id, prompt).then(
      () => accepted.push(prompt.id),
      () => undefined,
    );
  }
  if ((await removing) === 'removed') {
    // None that was accepted went with it.
    expect(accepted).toEqual([]);
    expect(git(w.folder, 'worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1);
    await home.client.checkpoints.bringBack(w.session.id);
  }
  for (const id of accepted)
    expect(await home.client.waitForTurn(w.chat.id, id)).toMatchObject({ state: 'completed', error: null });
  expect(readFileSync(join(w.path, 'mine.txt'), 'utf8')).toBe('nowhere else\n');
  expect(await home.turn(w.chat, '/echo goes on')).toMatchObject({ state: 'completed' });
});

it('a prompt that comes while the worktree goes is refused, with what to do', async () => {
  const w = await work();
  w.letGo();
  const [tools, held, goOn] = ['tools', 'git held', 'git go on'].map((name) => join(home.folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(tools);
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  const waits = `case "$*" in *'worktree remove'*) touch '${held}'; while [ ! -e '${goOn}' ]; do sleep 0.02; done;; esac`;
  writeFileSync(join(tools, 'git'), `#!/bin/sh\n${waits}\nexec ${real} "$@"\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${tools}${delimiter}${process.env['PATH'] ?? ''}`);
  try {
    const removing = home.client.removeSession(w.session.id, 'keep');
    await vi.waitUntil(() => existsSync(held), { timeout: 20_000 });
    await expect(home.client.submitPrompt(w.chat.id, say('/echo too late'))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('pilotlight session restore') as string,
    });
    writeFileSync(goOn, '');
    await removing;
  } finally {
    writeFileSync(goOn, '');
    vi.unstubAllEnvs();
  }
  await home.client.checkpoints.bringBack(w.session.id);
  expect(readFileSync(join(w.path, 'mine.txt'), 'utf8')).toBe('nowhere else\n');
  expect(await home.words(w.chat)).not.toContain('too late');
  expect(await home.turn(w.chat, '/echo goes on')).toMatchObject({ state: 'completed' });
});
