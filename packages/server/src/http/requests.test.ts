import { request } from 'node:http';
import { MAX_BODY_BYTES, Problem, newId } from '@pilotlight/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TOKEN, startTestServer } from '../../test/http-server.ts';
import type { TestServer } from '../../test/http-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return Problem.parse(await response.json());
}

function prompt(body: unknown): Promise<Response> {
  return server.api(`/api/chats/${server.chat.id}/prompts`, {
    method: 'POST',
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}

describe('a prompt', () => {
  it('is answered 202, and 200 when the id was known', async () => {
    const body = { id: newId('turn'), content: [{ type: 'text', text: 'hi' }] };
    const first = await prompt(body);
    expect(first.status).toBe(202);
    const again = await prompt(body);
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual(await first.json());
  });

  it('names the offending field of a wrong body', async () => {
    const response = await prompt({ id: newId('turn'), content: [{ type: 'text', text: 5 }], modle: 'x' });
    expect(response.status).toBe(422);
    const problem = await problemOf(response);
    expect(problem.code).toBe('invalid_request');
    expect(problem.fields?.map((field) => field.path)).toEqual(['content[0].text', 'modle']);
  });

  it('is refused when it is not JSON or not UTF-8', async () => {
    const notJson = await prompt('{"id":');
    expect(notJson.status).toBe(422);
    expect((await problemOf(notJson)).detail).toContain('not valid JSON');
    const notUtf8 = await prompt(new Uint8Array([0x22, 0xff, 0xfe, 0x22]));
    expect(notUtf8.status).toBe(422);
    expect((await problemOf(notUtf8)).detail).toContain('not valid UTF-8');
  });

  it('is refused by its declared length before the body is sent', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const call = request(`${server.http.url}/api/chats/${server.chat.id}/prompts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-length': MAX_BODY_BYTES + 1 },
    });
    call.on('response', (response) => resolve(response.statusCode)).on('error', reject);
    call.flushHeaders();
    expect(await promise).toBe(413);
    call.on('error', () => {}).destroy();
  });

  it('is refused when a body without a length grows too large', async () => {
    const piece = new Uint8Array(1024 * 1024).fill(0x20);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ > MAX_BODY_BYTES / piece.length) controller.close();
        else controller.enqueue(piece);
      },
    });
    const path = `/api/chats/${server.chat.id}/prompts`;
    const response = await server.api(path, { method: 'POST', body, duplex: 'half' });
    expect(response.status).toBe(413);
    expect((await problemOf(response)).code).toBe('payload_too_large');
  });
});

describe('routes', () => {
  it('answer 404 for what is not there and 405 with the methods that are', async () => {
    const nothing = await server.api('/api/nothing');
    expect(nothing.status).toBe(404);
    expect((await problemOf(nothing)).code).toBe('not_found');
    const wrong = await server.api('/api/projects', { method: 'PUT', body: '{}' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('GET, POST');
    await problemOf(wrong);
  });

  it('refuse unknown query parameters and wrong values', async () => {
    const unknown = await server.api('/api/permissions?status=pending');
    expect((await problemOf(unknown)).fields?.[0]?.path).toBe('status');
    const wrong = await server.api(`/api/chats/${server.chat.id}/messages?limit=0`);
    expect((await problemOf(wrong)).fields?.[0]?.path).toBe('limit');
    const right = await server.api(`/api/chats/${server.chat.id}/messages?limit=7`);
    expect(await right.json()).toMatchObject({ hasEarlier: true });
  });

  it('take pages of at most a thousand messages', async () => {
    const path = `/api/chats/${server.chat.id}/messages`;
    expect((await server.api(`${path}?limit=1000`)).status).toBe(200);
    expect((await problemOf(await server.api(`${path}?limit=1001`))).fields?.[0]?.path).toBe('limit');
  });

  it('take a search of one to two hundred characters', async () => {
    const search = (query: string) => server.api(`/api/chats/${server.chat.id}/search?${query}`);
    expect(await (await search(`query=${'x'.repeat(200)}`)).json()).toEqual({
      hits: [],
      total: 0,
      truncated: false,
    });
    for (const [query, path] of [
      ['', 'query'],
      ['query=', 'query'],
      [`query=${'x'.repeat(201)}`, 'query'],
      ['query=x&limit=0', 'limit'],
      ['query=x&limit=501', 'limit'],
      ['query=x&from=1', 'from'],
    ]) {
      const problem = await problemOf(await search(query ?? ''));
      expect(problem).toMatchObject({ status: 422, code: 'invalid_request', fields: [{ path }] });
    }
  });

  it('turn a defect into `internal` and log it', async () => {
    const response = await server.api('/api/agents');
    expect(response.status).toBe(500);
    expect((await problemOf(response)).code).toBe('internal');
    expect(server.logged.join('\n')).toContain('/api/agents');
  });

  it('carry security headers everywhere', async () => {
    for (const path of ['/', '/api/health', '/api/nothing', `/api/chats/${server.chat.id}/messages`]) {
      const response = await server.api(path);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      await response.body?.cancel();
    }
  });

  it('stream the lines of an installation and then its result', async () => {
    const good = await server.api('/api/agents/demo/install', { method: 'POST' });
    expect(await good.text()).toMatch(
      /event: line\ndata: {"line":"fetching"}\n\nevent: result\ndata: {"id":"demo"/,
    );
    const bad = await server.api('/api/agents/other/install', { method: 'POST' });
    expect(await bad.text()).toContain('"code":"agent_unknown"');
  });

  it('stop the server after the answer', async () => {
    const response = await server.api('/api/server/stop', { method: 'POST' });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ stopping: true, turnsGoOn: true });
    await server.stopped;
  });
});

describe('a blob', () => {
  it('is immutable, never sniffed, and never runs', async () => {
    const image = await server.api(`/api/blobs/${'a'.repeat(64)}`);
    expect(image.headers.get('content-disposition')).toBe('inline');
    expect(image.headers.get('cache-control')).toContain('immutable');
    expect(new Uint8Array(await image.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
    const page = await server.api(`/api/blobs/${'b'.repeat(64)}`);
    expect(page.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(page.headers.get('content-security-policy')).toMatch(/^sandbox/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    await page.text();
  });

  it('is not sent twice to who has it, and unknown ones are 404', async () => {
    const etag = `"${'a'.repeat(64)}"`;
    const same = await server.api(`/api/blobs/${'a'.repeat(64)}`, { headers: { 'if-none-match': etag } });
    expect(same.status).toBe(304);
    for (const id of ['c'.repeat(64), '..%2f..%2fetc']) {
      const missing = await server.api(`/api/blobs/${id}`);
      expect((await problemOf(missing)).code).toBe('blob_not_found');
    }
  });
});
