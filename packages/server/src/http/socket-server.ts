import { STATUS_CODES } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { PilotlightError } from '@pilotlight/protocol';
import { WebSocketServer } from 'ws';
import type { Authenticator } from './authenticator.ts';
import { SOCKET_PROTOCOL } from './authenticator.ts';
import type { OriginGuard } from './origin-guard.ts';
import { toProblem } from './problem.ts';
import { SocketSession } from './socket-session.ts';
import type { SocketDeps } from './socket-session.ts';

/** Clients only say which topics they want. */
const MAX_CLIENT_MESSAGE_BYTES = 16 * 1024;
const CLOSE_GRACE = 1000;

export interface SocketServerOptions {
  deps: SocketDeps;
  authenticator: Authenticator;
  guard: OriginGuard;
  /** milliseconds between signs of life */
  heartbeat: number;
}

/** `GET /api/ws`: checks who comes in, keeps the sockets, ends dead ones. Disposing ends them all. */
export class SocketServer implements AsyncDisposable {
  readonly #options: SocketServerOptions;
  readonly #sessions = new Set<SocketSession>();
  readonly #timer: NodeJS.Timeout;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    // Never answers with the name that holds the token when the client offers the plain one too.
    handleProtocols: (offered) =>
      offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : (offered.values().next().value ?? false),
  });
  #idle = Promise.withResolvers<void>();

  constructor(options: SocketServerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      for (const session of this.#sessions) session.checkAlive();
    }, options.heartbeat);
    this.#timer.unref();
  }

  /** For the `upgrade` event of the HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    try {
      this.#check(request);
    } catch (error) {
      refuse(socket, error);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const session = new SocketSession(webSocket, this.#options.deps);
      this.#sessions.add(session);
      webSocket.on('close', () => {
        this.#sessions.delete(session);
        if (this.#sessions.size === 0) this.#idle.resolve();
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    if (this.#sessions.size === 0) return;
    this.#idle = Promise.withResolvers<void>();
    for (const session of this.#sessions) session.close();
    const timer = setTimeout(() => {
      for (const session of this.#sessions) session.terminate();
    }, CLOSE_GRACE);
    await this.#idle.promise;
    clearTimeout(timer);
  }

  #check(request: IncomingMessage): void {
    const { headers } = request;
    this.#options.guard.check({
      host: headers.host,
      origin: headers.origin,
      fetchSite: headers['sec-fetch-site']?.toString(),
    });
    if (request.url?.split('?')[0] !== '/api/ws') {
      throw new PilotlightError('not_found', 'WebSockets are at /api/ws');
    }
    const accepted = this.#options.authenticator.accepts({
      authorization: headers.authorization,
      cookie: headers.cookie,
      protocols: headers['sec-websocket-protocol'],
    });
    if (!accepted) throw new PilotlightError('unauthorized', 'sign in first, or send the token');
  }
}

function refuse(socket: Duplex, error: unknown): void {
  const problem = toProblem(error);
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nconnection: close\r\n` +
      `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
