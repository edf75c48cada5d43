/** Images among the changes: both sides as bytes, of the worktree alone, with nothing in them that could run. */
import { MAX_DIFF_IMAGE_BYTES, type DiffScope } from '@pilotlight/protocol';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { git, home, path, project, review, session, useReviewDesk } from './review-desk.ts';

useReviewDesk();

const PNG = (rest: string) =>
  Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.from(`\0${rest}`)]);
const GIF = Buffer.from('GIF89a\0\0');
const SESSION: DiffScope = { scope: 'session' };
const put = (name: string, bytes: Buffer | string, at = path) => writeFileSync(join(at, name), bytes);

function read(name: string, side: 'old' | 'new', scope = SESSION): Promise<Response> {
  const url = review().imageUrl(session.id, scope, { path: name, side, object: 'x' });
  return fetch(url, { headers: { authorization: `Bearer ${home.running.token}` } });
}
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
const refusal = async (name: string, side: 'old' | 'new' = 'new') => {
  const answer = await read(name, side);
  return [answer.status, ((await answer.json()) as { code: string }).code];
};

it('gives both sides of an image that changed, by what it is and not what it is called', async () => {
  put('logo.png', PNG('before'), project);
  git(project, 'add', '-A');
  git(project, 'commit', '-qm', 'logo');
  git(path, 'reset', '-q', '--hard', 'main');
  put('logo.png', PNG('after'));
  put('moving.jpg', GIF);
  const scope: DiffScope = { scope: 'uncommitted' };
  const [before, after] = [await read('logo.png', 'old', scope), await read('logo.png', 'new', scope)];
  expect(await bytesOf(before)).toEqual(PNG('before'));
  expect(await bytesOf(after)).toEqual(PNG('after'));
  for (const { headers } of [before, after]) {
    expect(headers.get('content-type')).toBe('image/png');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  }
  expect((await read('moving.jpg', 'new')).headers.get('content-type')).toBe('image/gif');
  // Staged, it is what the index has.
  git(path, 'add', '-A');
  put('logo.png', PNG('later'));
  expect(await bytesOf(await read('logo.png', 'new', { scope: 'staged' }))).toEqual(PNG('after'));
  expect(await bytesOf(await read('logo.png', 'old', { scope: 'unstaged' }))).toEqual(PNG('after'));
  rmSync(join(path, 'logo.png'));
  expect(await bytesOf(await read('logo.png', 'old', scope))).toEqual(PNG('before'));
  expect((await read('logo.png', 'new', scope)).status).toBe(404);
});

it('gives nothing that could run, is too large, or is not among the changes', async () => {
  const script = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  put('drawing.svg', script);
  put('page.png', `<html>${script}</html>`);
  put('huge.png', Buffer.concat([PNG(''), Buffer.alloc(MAX_DIFF_IMAGE_BYTES)]));
  symlinkSync(join(home.folder, 'outside.png'), join(path, 'link.png'));
  put('outside.png', PNG('secret'), home.folder);
  mkdirSync(join(home.folder, 'elsewhere'));
  put('elsewhere/secret.png', PNG('secret'), home.folder);
  expect(await refusal('drawing.svg')).toEqual([422, 'invalid_request']);
  expect(await refusal('page.png')).toEqual([422, 'invalid_request']);
  expect(await refusal('huge.png')).toEqual([413, 'payload_too_large']);
  expect(await refusal('link.png')).toEqual([404, 'file_not_found']);
  expect(await refusal('README.md')).toEqual([404, 'file_not_found']);
  expect(await refusal('drawing.svg', 'old')).toEqual([404, 'file_not_found']);
  expect(await refusal('../../outside.png')).toEqual([403, 'path_outside']);
  // A folder that was changed and is a link by now leads nowhere.
  mkdirSync(join(path, 'art'));
  put('art/secret.png', PNG('own'));
  git(path, 'add', 'art');
  rmSync(join(path, 'art'), { recursive: true });
  symlinkSync(join(home.folder, 'elsewhere'), join(path, 'art'));
  expect((await refusal('art/secret.png'))[0]).toBe(403);
  const open = await fetch(review().imageUrl(session.id, SESSION, { path: 'page.png', side: 'new' }));
  expect(open.status).toBe(401);
});
