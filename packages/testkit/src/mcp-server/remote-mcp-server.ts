/**
 * The greeter on loopback, in both ways that MCP knows: streamable HTTP at `/mcp`, answered with plain JSON, and the older
 * stream of events at `/sse`. Whoever does not bring the secret as a bearer token is refused.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { greeterAnswer, type McpRequest } from './greeter.ts';

export interface RemoteMcpServer extends AsyncDisposable {
  url: Record<'http' | 'sse', string>;
  /** what was greeted, and by which way */
  readonly greeted: { said: string; path: string }[];
}

export async function startRemoteMcpServer(secret: string): Promise<RemoteMcpServer> {
  const greeted: RemoteMcpServer['greeted'] = [];
  const streams = new Map<string, ServerResponse>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://greeter');
    if (request.headers.authorization !== `Bearer ${secret}`) return void response.writeHead(401).end();
    if (request.method === 'GET' && pathname === '/sse') {
      const id = String(streams.size + 1);
      streams.set(id, response);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return void response.write(`event: endpoint\ndata: /messages?stream=${id}\n\n`);
    }
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const said = JSON.parse(await readText(request)) as McpRequest;
    const onGreeted = (words: string): void => void greeted.push({ said: words, path: pathname });
    const reply = greeterAnswer(said, { greeting: 'From afar', onGreeted });
    if (pathname === '/messages') {
      response.writeHead(202).end();
      if (reply !== null)
        streams.get(searchParams.get('stream') ?? '')?.write(`data: ${JSON.stringify(reply)}\n\n`);
      return;
    }
    if (pathname !== '/mcp') return void response.writeHead(404).end();
    if (reply === null) return void response.writeHead(202).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: { http: `${origin}/mcp`, sse: `${origin}/sse` },
    greeted,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
