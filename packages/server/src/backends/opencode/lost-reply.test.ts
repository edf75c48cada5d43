import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { EventMapper } from './event-mapper.ts';
import { OpenCodeHttp } from './http.ts';
import { TurnAsks } from './turn-asks.ts';

/** Answers a permission at a server that deals with each reply in turn as `dealings` say; resolves with how many came. */
async function replies(dealings: ('break' | 'take')[]): Promise<number> {
  let came = 0;
  const all = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const dealing = dealings[came] ?? 'take';
    came += 1;
    if (dealing === 'break') request.socket.destroy();
    else response.writeHead(200, { 'content-type': 'application/json' }).end('true');
    if (came >= dealings.length) all.resolve();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const http = new OpenCodeHttp({ port, password: 'x' });
  const asks = new TurnAsks({
    http,
    directory: '/',
    mapper: new EventMapper({ sessionId: 's', contextSize: () => undefined }),
    ctx: {
      worktreePath: '/',
      model: null,
      signal: new AbortController().signal,
      onEvent: () => {},
      onPermission: () => Promise.resolve({ outcome: 'selected', optionId: 'once' }),
    },
  });
  asks.receive({ type: 'permission.asked', sessionID: 's', ask: { id: 'per_1', sessionID: 's' } });
  await all.promise;
  http.close();
  await new Promise((resolve) => server.close(resolve));
  return came;
}

test('an answer whose connection broke is sent again', async () => {
  expect(await replies(['break', 'break', 'take'])).toBe(3);
});
