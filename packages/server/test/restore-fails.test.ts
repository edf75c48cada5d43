/** A restore that the disk does not let come to its end. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openStore } from '../src/store/open-store.ts';
import { chat, git, home, path, session, tools, useReviewDesk, write } from './review-desk.ts';

useReviewDesk();

beforeEach(() => {
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  // No git that changes the files may write one of more than 4 KiB: as a disk that is full by then.
  const full = `case "$*" in *'read-tree -m -u'*) [ -e '${join(tools, 'full')}' ] && trap '' XFSZ && ulimit -f 8;; esac`;
  writeFileSync(join(tools, 'git'), `#!/bin/sh\n${full}\nexec ${real} "$@"\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${tools}${delimiter}${process.env['PATH'] ?? ''}`);
});
afterEach(() => {
  vi.stubEnv('PATH', process.env['PATH']?.replace(`${tools}${delimiter}`, ''));
  for (const name of ['git', 'full']) rmSync(join(tools, name), { force: true });
});

const NAMES = ['a.txt', 'large.txt', 'z.txt'];
const text = (name: string, version: string): string =>
  name === 'large.txt' ? `${version}\n`.repeat(20_000) : `${version}\n`;

it('says where the present state is kept, and can be done again or taken back', async () => {
  for (const name of NAMES) write(name, text(name, 'then'));
  const { id } = await home.turn(chat, '/echo kept');
  await home.running.drained();
  const { after } = await home.client.checkpoints.ofTurn(id);
  for (const name of NAMES) write(name, text(name, 'now'));
  write('only now.txt', 'only now\n');
  const restore = (checkpointId = after?.id ?? '') =>
    home.client.checkpoints.restore(session.id, { checkpointId });

  write('full', '', tools);
  const error = await restore().catch((reason: unknown) => reason as Error);
  const [kept] = await home.client.checkpoints.list(session.id);
  expect(kept?.kind).toBe('before_change');
  for (const name of NAMES)
    expect(`${git(path, 'show', `${kept?.commit}:${name}`)}\n`).toBe(text(name, 'now'));
  expect(error).toMatchObject({ message: expect.stringContaining(kept?.id ?? 'none') as string });

  rmSync(join(tools, 'full'));
  await restore();
  for (const name of NAMES) expect(readFileSync(join(path, name), 'utf8')).toBe(text(name, 'then'));
  expect(existsSync(join(path, 'only now.txt'))).toBe(false);
  await restore(kept?.id);
  for (const name of NAMES) expect(readFileSync(join(path, name), 'utf8')).toBe(text(name, 'now'));
  expect(readFileSync(join(path, 'only now.txt'), 'utf8')).toBe('only now\n');
});

it('is finished by the next server, but for what somebody has written since', async () => {
  for (const name of NAMES) write(name, text(name, 'then'));
  const { id } = await home.turn(chat, '/echo kept');
  await home.running.drained();
  const { after } = await home.client.checkpoints.ofTurn(id);
  for (const name of NAMES) write(name, text(name, 'now'));
  const { id: next } = await home.turn(chat, '/echo kept');
  await home.running.drained();
  const now = (await home.client.checkpoints.ofTurn(next)).after;
  await home.closeAndLook();
  // As a server leaves it that died over it, one file done.
  const tree = (commit = ''): string => git(path, 'rev-parse', `${commit}^{tree}`);
  const [from, to] = [tree(now?.commit), tree(after?.commit)];
  const unfinished = [{ sessionId: session.id, path, from, tree: to, paths: NAMES }];
  {
    using store = openStore({ dataFolder: home.dataFolder });
    store.settings.set('unfinished_restores', unfinished);
  }
  write('large.txt', text('large.txt', 'then'));
  write('z.txt', 'written since\n');

  await home.restart();
  expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('then\n');
  expect(readFileSync(join(path, 'large.txt'), 'utf8')).toBe(text('large.txt', 'then'));
  expect(readFileSync(join(path, 'z.txt'), 'utf8')).toBe('written since\n');
  write('a.txt', 'later\n');
  await home.restart();
  expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('later\n');
});
