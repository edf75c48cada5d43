import { createClient } from '@pilotlight/client';
import { MOST_ABOUT } from '@pilotlight/protocol';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChat } from './find-chat.ts';

/** What a server would be asked to make, and where it listens. */
const asked: unknown[] = [];
const server = createServer((request, response) => {
  request.setEncoding('utf8');
  let body = '';
  request.on('data', (text: string) => (body += text));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') return response.end(JSON.stringify({ sessions: [] }));
    if (request.url === '/api/sessions') asked.push(JSON.parse(body));
    response.end(JSON.stringify({ id: 'prj_1', chat: { id: 'cht_1' } }));
  });
});
let url = '';

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('a new session is told which prompt comes, or how it begins, so that the server prepares for it', async () => {
  const client = createClient({ url, token: 'none' });
  for (const prompt of ['\n Mend the lamp ', 'x'.repeat(2 * MOST_ABOUT)])
    expect(await findChat(client, {}, tmpdir(), prompt)).toEqual({ id: 'cht_1' });
  expect(asked).toMatchObject([{ about: 'Mend the lamp' }, { about: 'x'.repeat(MOST_ABOUT) }]);
});
