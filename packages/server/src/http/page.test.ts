import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test/http-server.ts';
import { acceptedCodings } from './content-codings.ts';
import { readTarget } from './sign-in-target.ts';

const SCRIPT = 'assets/index-BxY1_2-a.js';
const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
/** Long enough ago that nobody writes to it any more. */
const SETTLED = new Date(Date.now() - 60_000);

let root: string;
let folder: string;
let server: TestServer;

function put(name: string, content: string | Buffer, at = SETTLED): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, at, at);
}

function build(version: string): void {
  put('index.html', `<html>${version}`);
  put(SCRIPT, `script ${version}`);
  put(`${SCRIPT}.br`, brotliCompressSync(`script ${version}`));
  put(`${SCRIPT}.gz`, gzipSync(`script ${version}`));
}

/** As it is on the wire: fetch would tidy paths up and unpack bodies. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: IncomingHttpHeaders;
    body: Buffer;
  }>();
  const { port } = server.http;
  request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
    );
  })
    .on('error', reject)
    .end();
  return promise;
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'pilotlight-page-'));
  folder = join(root, 'dist');
  mkdirSync(folder);
  writeFileSync(join(root, 'secret.txt'), 'secret');
  server = await startTestServer({ pageFolder: folder });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

describe('the page', () => {
  it('is the app, at its root and at every place inside it, without sign-in; the API stays closed', async () => {
    build('one');
    for (const path of ['/', '/sessions/ses_1?chat=2', '/index.html', '/a/b/c']) {
      const { status, headers, body } = await get(path, html);
      expect({ status, body: body.toString() }).toEqual({ status: 200, body: '<html>one' });
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-cache');
      expect(headers['x-content-type-options']).toBe('nosniff');
      const policy = headers['content-security-policy'] ?? '';
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${server.http.port} wss:`);
    }
    expect((await get('/api/health', html)).status).toBe(401);
    expect((await get('/api', html)).status).toBe(401);
    expect((await server.api('/api/nothing', { headers: html })).status).toBe(404);
    expect((await get('/sign-in/x', html)).status).toBe(404);
  });

  it('is no answer to what asks for something else', async () => {
    build('one');
    for (const [path, accept] of [
      ['/assets/gone-12345678.js', '*/*'],
      ['/favicon.ico', html.accept],
      ['/sessions/ses_1', 'application/json'],
      ['/sessions/ses_1', '*/*'],
    ] as const) {
      expect((await get(path, { accept })).status).toBe(404);
    }
    expect((await get('/sessions/ses_1', html, 'POST')).status).toBe(404);
    expect((await get('/', html, 'POST')).status).toBe(405);
  });

  it('answers HEAD without a body, and 304 to who has it', async () => {
    build('one');
    const head = await get('/', html, 'HEAD');
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': '9' } });
    expect(head.body).toHaveLength(0);
    const etag = head.headers.etag ?? '';
    for (const known of [etag, `"other", W/${etag}`, '*']) {
      const same = await get('/', { 'if-none-match': known });
      expect({ status: same.status, etag: same.headers.etag }).toEqual({ status: 304, etag });
    }
    expect((await get('/', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it.each([
    ['manifest.webmanifest', 'application/manifest+json'],
    ['service-worker.js', 'text/javascript; charset=utf-8'],
    ['assets/app-12345678.css', 'text/css; charset=utf-8'],
    ['assets/sans-12345678.woff2', 'font/woff2'],
    ['icon.svg', 'image/svg+xml; charset=utf-8'],
    ['icon-192.png', 'image/png'],
    ['assets/odd-12345678.bin', 'application/octet-stream'],
  ])('says what %s is', async (name, type) => {
    put(name, 'x');
    expect((await get(`/${name}`)).headers['content-type']).toBe(type);
  });

  it('lets browsers keep what has its hash in its name, once it is written', async () => {
    build('one');
    put('service-worker.js', 'x');
    put('assets/fresh-12345678.js', 'x', new Date());
    const caching = async (path: string) => (await get(path)).headers['cache-control'];
    expect(await caching(`/${SCRIPT}`)).toBe('public, max-age=31536000, immutable');
    expect(await caching('/service-worker.js')).toBe('no-cache');
    expect(await caching('/assets/fresh-12345678.js')).toBe('no-cache');
  });

  it('comes compressed as the browser takes it', async () => {
    build('one');
    const coded = async (accepts?: string) => {
      const headers: Record<string, string> = accepts === undefined ? {} : { 'accept-encoding': accepts };
      const got = await get(`/${SCRIPT}`, headers);
      expect(got.headers.vary).toBe('accept-encoding');
      expect(got.headers['content-type']).toContain('text/javascript');
      return { coding: got.headers['content-encoding'], body: got.body };
    };
    const plain = Buffer.from('script one');
    expect(await coded('gzip, deflate, br')).toEqual({ coding: 'br', body: brotliCompressSync(plain) });
    expect(await coded('gzip, br;q=0')).toEqual({ coding: 'gzip', body: gzipSync(plain) });
    expect(await coded('zstd')).toEqual({ coding: undefined, body: plain });
    expect(await coded()).toEqual({ coding: undefined, body: plain });
    // Left over from an earlier build.
    put(SCRIPT, 'script two', new Date());
    expect(await coded('br')).toEqual({ coding: undefined, body: Buffer.from('script two') });
  });

  it('is never a file outside its folder, nor a hidden one', async () => {
    build('one');
    put('.env', 'secret');
    symlinkSync(join(root, 'secret.txt'), join(folder, 'linked.txt'));
    symlinkSync(root, join(folder, 'up'));
    mkdirSync(join(folder, 'folder.js'));
    for (const path of [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/..%5csecret.txt',
      '/%252e%252e/secret.txt',
      `/${encodeURIComponent(join(root, 'secret.txt'))}`,
      `/${join(root, 'secret.txt')}`,
      '/linked.txt',
      '/up/secret.txt',
      '/.env',
      '/folder.js',
      '/index.html%00.js',
      '/%ff.js',
      '/%',
    ]) {
      const { status, body } = await get(path);
      expect({ path, status }).toEqual({ path, status: 404 });
      expect(body.toString()).not.toBe('secret');
    }
  });

  it('is the new build as soon as there is one, also in a folder put in its place', async () => {
    expect((await get('/', html)).body.toString()).toContain('npm run build');
    expect((await get('/sessions/ses_1', html)).status).toBe(404);
    build('one');
    expect((await get('/', html)).body.toString()).toBe('<html>one');
    build('two');
    expect((await get('/', html)).body.toString()).toBe('<html>two');
    expect((await get(`/${SCRIPT}`)).body.toString()).toBe('script two');
    renameSync(folder, join(root, 'three'));
    expect((await get('/', html)).body.toString()).toContain('npm run build');
    symlinkSync('three', folder);
    build('three');
    expect((await get('/', html)).body.toString()).toBe('<html>three');
  });

  it('is sent in full when it is too large to be kept', async () => {
    const large = Buffer.alloc(3 * 1024 * 1024, 'x');
    put('assets/large-12345678.js', large);
    for (const _ of [1, 2]) expect((await get('/assets/large-12345678.js')).body.equals(large)).toBe(true);
  });
});

describe('a sign-in link', () => {
  it('leads to the app, or to the place in it that it names', async () => {
    build('one');
    const { code } = server.signIn.create();
    expect((await get(`/sign-in?code=${code}`)).body.toString()).toContain('content="0;url=/"');
    const other = server.signIn.create().code;
    const to = encodeURIComponent('/sessions/ses_1?chat="><script>&a=b');
    const signedIn = await get(`/sign-in?code=${other}&to=${to}`);
    expect(signedIn.headers['set-cookie']).toHaveLength(1);
    expect(signedIn.body.toString()).toContain(
      'content="0;url=/sessions/ses_1?chat=%22%3E%3Cscript%3E&amp;a=b"',
    );
  });

  it('that leads elsewhere is refused and not used up', async () => {
    const { code } = server.signIn.create();
    for (const to of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'sessions',
      '/api/health',
      '',
    ]) {
      const refused = await get(`/sign-in?code=${code}&to=${encodeURIComponent(to)}`);
      expect({ to, status: refused.status }).toEqual({ to, status: 422 });
      expect(refused.headers['set-cookie']).toBeUndefined();
    }
    expect((await get(`/sign-in?code=${code}`)).status).toBe(200);
  });

  it('takes a target as a browser would read it', () => {
    expect(readTarget(undefined)).toBe('/');
    expect(readTarget('/a/../b#c')).toBe('/b#c');
    for (const to of ['/\t/evil.example', '/..//evil.example', '/x/../api/y', '/sign-in?code=1'])
      expect(readTarget(to)).toBeNull();
  });
});

it('content codings: the best of those with a weight above 0', () => {
  const names = (header?: string) => acceptedCodings(header).map(([coding]) => coding);
  expect(names('gzip;q=1.0, BR; q=0.1')).toEqual(['br', 'gzip']);
  expect(names('*')).toEqual(['br', 'gzip']);
  expect(names('*, br;q=0')).toEqual(['gzip']);
  expect(names('identity')).toEqual([]);
  expect(names('gzip;q=x')).toEqual([]);
});
