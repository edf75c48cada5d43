import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OpenCodeEventStream } from './event-stream.ts';
import { OpenCodeHttp } from './http.ts';

let http: OpenCodeHttp;
let onRequest: (response: ServerResponse, path: string) => void;
const server = createServer((request, response) => onRequest(response, request.url ?? ''));

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  http = new OpenCodeHttp({ port: (server.address() as AddressInfo).port, password: 'x' });
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function say(response: ServerResponse, type: string): void {
  response.write(`data: ${JSON.stringify({ payload: { type, properties: {} } })}\n\n`);
}

/** Resolves when so many lines were logged. */
class Log {
  readonly lines: string[] = [];
  #look = (): void => {};

  readonly listener = {
    onEvent: (payload: unknown) => this.add((payload as { type: string }).type),
    onOpen: (reopened: boolean) => this.add(reopened ? 'reopened' : 'opened'),
    onHeard: () => this.add('heard'),
    onBroken: () => this.add('broken'),
  };

  add(line: string): void {
    this.lines.push(line);
    this.#look();
  }

  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.lines.length >= count) resolve();
      };
      this.#look();
    });
  }
}

test('a stream that falls silent is opened again, and so is one that ends', async () => {
  let opened = 0;
  onRequest = (response) => {
    opened += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    say(response, 'server.connected');
    if (opened === 2) response.end();
    if (opened !== 3) return;
    say(response, 'news');
    say(response, 'news');
  };
  const log = new Log();
  const stream = new OpenCodeEventStream(http, log.listener, 500);
  await stream.start();
  await log.until(8);
  stream.close();
  expect(log.lines.slice(0, 8)).toEqual([
    'opened',
    'broken',
    'reopened',
    'broken',
    'reopened',
    'heard',
    'news',
    'news',
  ]);
  expect(stream.opened).toBe(3);
});

test('an answer that is no event stream is tried again', async () => {
  let asked = 0;
  onRequest = (response) => {
    asked += 1;
    if (asked === 1) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    if (asked === 2) return void response.writeHead(401).end();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: not json\n\ndata: {}\n\n');
    say(response, 'server.connected');
  };
  const log = new Log();
  const stream = new OpenCodeEventStream(http, log.listener);
  await stream.start();
  stream.close();
  expect(asked).toBe(3);
  expect(log.lines).toEqual(['opened']);
});

test('a route that is not there, an error, and an empty answer', async () => {
  onRequest = (response, path) => {
    if (path === '/page') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    if (path === '/bad')
      response
        .writeHead(500, { 'content-type': 'application/json' })
        .end('{"name":"UnknownError","data":{"message":"boom"}}');
    if (path === '/none') response.writeHead(204).end();
  };
  await expect(http.get('/page')).rejects.toMatchObject({ code: 'agent_unsupported' });
  await expect(http.get('/bad')).rejects.toMatchObject({
    status: 500,
    message: 'GET /bad answered 500: UnknownError: boom',
  });
  expect(await http.post('/none')).toBeNull();
  await expect(http.get('/silent', { timeoutMs: 50 })).rejects.toMatchObject({ name: 'AbortError' });
});
