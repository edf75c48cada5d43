/** Files of a session over HTTP: before its worktree, in it, in place, without git, and asked wrongly. */
import { MAX_TEXT_BYTES, Problem, type Session } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home } from './composed-harness.ts';

let home: Home;
/** with a worktree */
let session: Session;
let path: string;

beforeAll(async () => {
  home = await Home.start();
  const desk = await home.desk('demo', home.newRepository());
  await home.turn(desk.chat, '/echo made');
  session = await home.client.getSession(desk.session.id);
  path = session.worktree?.path ?? '';
  mkdirSync(join(path, 'src'));
  writeFileSync(join(path, 'src/cart.ts'), 'export {};\n');
});
afterAll(() => home[Symbol.asyncDispose]());

async function problem(what: string, id = session.id): Promise<Problem> {
  const { url, token } = home.running;
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/sessions/${id}/${what}`, { headers });
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = Problem.parse(await response.json());
  expect(body.status).toBe(response.status);
  return body;
}

describe('files', () => {
  it('are those of the worktree, the best matches first', async () => {
    const { client } = home;
    expect(await client.findFiles(session.id)).toEqual({
      files: ['src/cart.ts', 'README.md'],
      truncated: false,
    });
    expect(await client.findFiles(session.id, { query: 'READ' })).toEqual({
      files: ['README.md'],
      truncated: false,
    });
    expect(await client.findFiles(session.id, { query: 'r', limit: 1 })).toMatchObject({ truncated: true });
  });

  it('are those of the project before there is a worktree, in place, and without git', async () => {
    const { client } = home;
    const unborn = await home.desk('demo', home.newRepository());
    const plain = await home.desk();
    writeFileSync(join(plain.folder, 'note.txt'), 'hi\n');
    expect((await client.findFiles(unborn.session.id)).files).toEqual(['README.md']);
    expect((await client.findFiles(plain.session.id)).files).toEqual(['note.txt']);
    expect(await client.readFile(plain.session.id, 'note.txt')).toMatchObject({ text: 'hi\n' });
  });

  it('say what is wrong with a request', async () => {
    expect((await problem('files', 'ses_none')).code).toBe('session_not_found');
    for (const query of ['limit=0', 'limit=501', 'limit=x', `query=${'x'.repeat(201)}`, 'q=x'])
      expect(await problem(`files?${query}`)).toMatchObject({ status: 422, code: 'invalid_request' });
  });
});

describe('a file', () => {
  it('is its text, at most one MiB, cut at a character', async () => {
    const { client } = home;
    expect(await client.readFile(session.id, './src/../src/cart.ts')).toEqual({
      path: 'src/cart.ts',
      size: 11,
      text: 'export {};\n',
      binary: false,
      truncated: false,
    });
    expect(await client.readFile(session.id, join(path, 'src/cart.ts'))).toMatchObject({
      path: 'src/cart.ts',
    });
    writeFileSync(join(path, 'large.txt'), `x${'é'.repeat(MAX_TEXT_BYTES / 2)}`);
    const large = await client.readFile(session.id, 'large.txt');
    expect(large).toMatchObject({ size: MAX_TEXT_BYTES + 1, truncated: true, binary: false });
    expect(large.text === `x${'é'.repeat(MAX_TEXT_BYTES / 2 - 1)}`).toBe(true);
    writeFileSync(join(path, 'binary'), Buffer.from([1, 0, 2]));
    expect(await client.readFile(session.id, 'binary')).toEqual({
      path: 'binary',
      size: 3,
      text: null,
      binary: true,
      truncated: false,
    });
    writeFileSync(join(path, 'latin'), Buffer.from([0xef, 0xbb, 0xbf, 0x66, 0xfc, 0x72]));
    expect(await client.readFile(session.id, 'latin')).toMatchObject({ text: '\ufefff\ufffdr' });
    for (const name of ['large.txt', 'binary', 'latin']) rmSync(join(path, name));
  });

  it('is read through a symlink that stays inside, and through no other', async () => {
    symlinkSync('src/cart.ts', join(path, 'inside'));
    symlinkSync('/etc', join(path, 'outside'));
    expect(await home.client.readFile(session.id, 'inside')).toMatchObject({
      path: 'inside',
      text: 'export {};\n',
    });
    for (const where of ['outside/passwd', 'outside', '../x', '..', '/etc/passwd'])
      expect(await problem(`file?path=${where}`)).toMatchObject({ status: 403, code: 'path_outside' });
    for (const name of ['inside', 'outside']) rmSync(join(path, name));
  });

  it('that is none is a clear error, and never waited for', async () => {
    execFileSync('mkfifo', [join(path, 'pipe')]);
    for (const name of ['nothing', 'README.md/x', 'src', '.', 'pipe', 'x'.repeat(300)])
      expect(await problem(`file?path=${name}`)).toMatchObject({ status: 404, code: 'file_not_found' });
    rmSync(join(path, 'pipe'));
    for (const query of ['', 'path=', 'path=a%00b', `path=${'x/'.repeat(2049)}`, 'path=a&more=b'])
      expect(await problem(`file?${query}`)).toMatchObject({ status: 422, code: 'invalid_request' });
    expect((await problem('file?path=x', 'ses_none')).code).toBe('session_not_found');
  });
});

it('of a worktree that is gone nothing is read, and it says so', async () => {
  const desk = await home.desk('demo', home.newRepository());
  await home.turn(desk.chat, '/echo made');
  const { worktree } = await home.client.getSession(desk.session.id);
  rmSync(worktree?.path ?? '', { recursive: true });
  for (const what of ['files', 'file?path=x', 'diff', 'diff/file?path=x'])
    expect(await problem(what, desk.session.id)).toMatchObject({ status: 409, code: 'worktree_missing' });
});
