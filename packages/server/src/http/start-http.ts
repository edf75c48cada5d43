import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIPv6 } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { PilotlightError } from '@pilotlight/protocol';
import { Authenticator } from './authenticator.ts';
import { EventStreams } from './event-streams.ts';
import { createHttpApp } from './http-app.ts';
import type { HttpDeps } from './http-deps.ts';
import { OriginGuard } from './origin-guard.ts';
import { SocketServer } from './socket-server.ts';

export interface StartHttpOptions extends HttpDeps {
  /** 0: any free port */
  port: number;
  /** milliseconds between signs of life on open streams and sockets; 15 s when left out */
  heartbeat?: number;
  /** bytes that may wait for one slow WebSocket client; 8 MiB when left out */
  maxWaitingBytes?: number;
}

export interface RunningHttp {
  port: number;
  /** `http://host:port`, with a loopback name where the server listens on every address */
  url: string;
  /** Takes no more requests, says goodbye to streams and sockets, and ends what is still open after a second. */
  close(): Promise<void>;
}

const CLOSE_GRACE = 1000;

/**
 * Listens. Everything a client can see or do goes through here; disposal is `close`.
 * @throws PilotlightError `port_in_use`, `config_invalid`
 */
export async function startHttp(options: StartHttpOptions): Promise<RunningHttp> {
  const { heartbeat = 15_000, maxWaitingBytes = 8 * 1024 * 1024, ...deps } = options;
  const authenticator = new Authenticator(deps.token);
  const guard = new OriginGuard(deps.host, deps.allowedHosts);
  const streams = new EventStreams(heartbeat);
  const app = createHttpApp({ deps, authenticator, guard, streams });
  const server = createServer(getRequestListener(app.fetch));
  const port = await listen(server, options.port, options.host);
  const sockets = new SocketServer({ deps: { ...deps, maxWaitingBytes }, authenticator, guard, heartbeat });
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  return {
    port,
    url: `http://${hostInUrl(options.host)}:${port}`,
    close: () => close(server, streams, sockets),
  };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, port, host);
  } finally {
    server.off('error', reject);
  }
  return (server.address() as AddressInfo).port;
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): PilotlightError {
  if (error.code === 'EADDRINUSE') {
    return new PilotlightError(
      'port_in_use',
      `port ${port} on ${host} is taken by another program; choose another port`,
      {
        details: { port, host },
        cause: error,
      },
    );
  }
  return new PilotlightError('config_invalid', `cannot listen on ${host}:${port}: ${error.message}`, {
    cause: error,
  });
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}

async function close(server: Server, streams: EventStreams, sockets: SocketServer): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  streams[Symbol.dispose]();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE);
  await sockets[Symbol.asyncDispose]();
  await closed;
  clearTimeout(timer);
}
