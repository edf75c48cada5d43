/** Choosing a folder for a project, through the whole server. The home folder is that of the test. */
import { Problem } from '@pilotlight/protocol';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home } from './composed-harness.ts';

let home: Home;
let repository: string;

beforeAll(async () => {
  home = await Home.start();
  repository = home.newRepository();
  mkdirSync(join(home.folder, '.dotfiles'));
  writeFileSync(join(home.folder, 'notes.txt'), '');
});
afterAll(() => home[Symbol.asyncDispose]());

describe('folders', () => {
  it('begin at home, where ~ leads too', async () => {
    const listed = await home.client.listFolders();
    expect(listed).toMatchObject({ path: home.folder, parent: dirname(home.folder), kind: 'folder' });
    expect(listed.folders.map(({ name }) => name)).toEqual(['data', 'place-1']);
    expect(await home.client.listFolders({ path: '~' })).toEqual(listed);
    expect(await home.client.listFolders({ path: `${home.folder}/data/../` })).toEqual(listed);
    const hidden = await home.client.listFolders({ hidden: true });
    expect(hidden.folders.map(({ name }) => name)).toEqual(['.dotfiles', 'data', 'place-1']);
    const place = await home.client.listFolders({ path: '~/place-1' });
    expect(place.folders).toEqual([{ name: 'work', path: repository, kind: 'git' }]);
  });

  it.each([
    ['path=work', 422, 'invalid_request'],
    ['path=~root', 422, 'invalid_request'],
    ['path=', 422, 'invalid_request'],
    ['path=~/notes.txt', 422, 'invalid_request'],
    ['path=/%00', 422, 'invalid_request'],
    ['path=~/nowhere', 404, 'not_found'],
    ['hidden=maybe', 422, 'invalid_request'],
    ['folder=/', 422, 'invalid_request'],
  ])('%s is refused', async (query, status, code) => {
    const { url, token } = home.running;
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/api/folders?${query}`, { headers });
    const problem = Problem.parse(await response.json());
    expect({ status: response.status, code: problem.code }).toEqual({ status, code });
    expect(problem.fields?.map(({ path }) => path)).toEqual(
      status === 404 ? undefined : [query.slice(0, query.indexOf('='))],
    );
  });
});

describe('repositories', () => {
  it('are those below home, without the worktrees of this server', async () => {
    const { chat, session } = await home.desk('demo', repository);
    await home.turn(chat, '/echo hi');
    const worktree = (await home.client.getSession(session.id)).worktree;
    expect(worktree?.path.startsWith(home.folder)).toBe(true);
    const [one, two] = await Promise.all([home.client.listRepositories(), home.client.listRepositories()]);
    expect(one.repositories).toEqual([{ name: 'work', path: repository, usedAt: expect.any(Number) }]);
    expect(two).toEqual(one);
    expect(one.truncated).toBe(false);
  });
});
