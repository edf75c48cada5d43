import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '@pilotlight/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Authenticator } from './authenticator.ts';
import { OriginGuard } from './origin-guard.ts';
import { SIGN_IN_CODE_LIFETIME, SignInCodes } from './sign-in-codes.ts';
import { TOKEN, startTestServer } from '../../test/http-server.ts';
import type { TestServer } from '../../test/http-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A plain request: fetch would not let a test choose Host or Origin. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request(server.http.url + path, { method, headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: Buffer.concat(chunks).toString(),
      });
    });
  })
    .on('error', reject)
    .end();
  return promise;
}

const bearer = { authorization: `Bearer ${TOKEN}` };

/** The HTTP status a WebSocket handshake ends with, 101 when it is taken. */
function handshake(
  headers: Record<string, string>,
  protocols: string[] = [],
): Promise<{ status: number; protocol: string }> {
  const { promise, resolve } = Promise.withResolvers<{ status: number; protocol: string }>();
  const socket = new WebSocket(`${server.http.url.replace('http', 'ws')}/api/ws`, protocols, { headers });
  socket.on('open', () => {
    resolve({ status: 101, protocol: socket.protocol });
    socket.terminate();
  });
  socket.on('unexpected-response', (_, response) => {
    resolve({ status: response.statusCode ?? 0, protocol: '' });
    response.destroy();
  });
  socket.on('error', () => {});
  return promise;
}

describe('the token', () => {
  it('is needed for everything under /api, also on loopback, also for what does not exist', async () => {
    for (const path of [
      '/api/health',
      '/api/projects',
      '/api/nothing',
      `/api/chats/${server.chat.id}/events`,
    ]) {
      const answer = await get(path);
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(Problem.parse(JSON.parse(answer.text)).code).toBe('unauthorized');
    }
    expect((await get('/api/health', { authorization: `Bearer ${TOKEN}x` })).status).toBe(401);
    expect((await get('/api/health', bearer)).status).toBe(200);
  });

  it('is never taken from the query', async () => {
    expect((await get(`/api/health?token=${TOKEN}&access_token=${TOKEN}`)).status).toBe(401);
  });

  it('opens a WebSocket as bearer or subprotocol, which is not said back', async () => {
    expect((await handshake({})).status).toBe(401);
    expect((await handshake(bearer)).status).toBe(101);
    const offered = await handshake({}, ['pilotlight', `pilotlight.token.${TOKEN}`]);
    expect(offered).toEqual({ status: 101, protocol: 'pilotlight' });
    expect((await handshake({}, ['pilotlight', 'pilotlight.token.wrong'])).status).toBe(401);
  });
});

describe('a sign-in link', () => {
  async function cookieOf(path: string): Promise<string> {
    const answer = await get(path);
    const cookie = answer.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    expect(cookie).not.toContain(TOKEN);
    return cookie.split(';')[0] ?? '';
  }

  it('makes a cookie once, good for HTTP and WebSocket', async () => {
    const link = await get('/api/sign-in-links', bearer, 'POST');
    const { path } = JSON.parse(link.text) as { path: string };
    expect((await get(path, {}, 'HEAD')).headers['set-cookie']).toBeUndefined();
    const cookie = await cookieOf(path);
    expect((await get('/api/health', { cookie })).status).toBe(200);
    expect((await handshake({ cookie })).status).toBe(101);
    expect((await get('/', { cookie })).text).toContain('You are signed in');
    const again = await get(path);
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  it('can be made by nobody without the token', async () => {
    expect((await get('/api/sign-in-links', {}, 'POST')).status).toBe(401);
    expect((await get('/sign-in?code=guess')).status).toBe(403);
    expect((await get('/')).text).toContain('pilotlight open');
  });

  it('expires', () => {
    let now = 1000;
    const codes = new SignInCodes(() => now);
    const { code } = codes.create();
    now += SIGN_IN_CODE_LIFETIME + 1;
    expect(codes.redeem(code)).toBe(false);
  });

  it('leaves no code in the log', async () => {
    const { code } = server.signIn.create();
    await get(`/sign-in?code=${code}`);
    expect(server.logged.join('\n')).not.toContain(code);
  });
});

describe('a cookie', () => {
  it('ends with its time, its signature and its token', () => {
    const authenticator = new Authenticator(TOKEN);
    const cookie = authenticator.setCookie(0).split(';')[0] ?? '';
    expect(authenticator.accepts({ cookie }, 1)).toBe(true);
    expect(authenticator.accepts({ cookie }, 31 * 24 * 3600 * 1000)).toBe(false);
    expect(authenticator.accepts({ cookie: cookie.replace(/=\d+/, '=99999999999999') }, 1)).toBe(false);
    expect(new Authenticator(`${TOKEN}2`).accepts({ cookie }, 1)).toBe(false);
    expect(new Authenticator(`${TOKEN}2`).cookieName).not.toBe(authenticator.cookieName);
  });
});

describe('another site', () => {
  it('cannot reach the server under its own name', async () => {
    const answer = await get('/api/health', { ...bearer, host: 'evil.example:7766' });
    expect(answer.status).toBe(403);
    expect((await get('/', { host: 'evil.example' })).status).toBe(403);
    expect((await handshake({ ...bearer, host: 'evil.example' })).status).toBe(403);
  });

  it('cannot call from its pages', async () => {
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1', 'file://']) {
      expect((await get('/api/health', { ...bearer, origin })).status).toBe(403);
      expect((await handshake({ ...bearer, origin })).status).toBe(403);
    }
    expect((await get('/api/health', { ...bearer, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await get('/', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });

  it('is not the own page, by whatever name of this machine', async () => {
    const { port } = server.http;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`]) {
      const origin = `http://${host.toLowerCase()}`;
      expect((await get('/api/health', { ...bearer, host, origin })).status).toBe(200);
    }
    expect((await handshake({ ...bearer, origin: server.http.url })).status).toBe(101);
  });

  it('is told from allowed names', () => {
    const guard = new OriginGuard('0.0.0.0', ['box.lan']);
    expect(() => guard.check({ host: 'box.lan:7766', origin: 'https://box.lan:7766' })).not.toThrow();
    expect(() => guard.check({ host: 'box.lan:80', origin: 'http://box.lan' })).not.toThrow();
    expect(() => guard.check({ host: 'other.lan:7766' })).toThrow(/other\.lan/);
    expect(() => guard.check({})).toThrow('host name');
  });
});

it('refuses WebSockets at any other path', async () => {
  const socket = new WebSocket(`${server.http.url.replace('http', 'ws')}/elsewhere`, { headers: bearer });
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  socket.on('unexpected-response', (_, response) => resolve(response.statusCode)).on('error', () => {});
  expect(await promise).toBe(404);
});
