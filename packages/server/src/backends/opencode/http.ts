// HTTP to one opencode server. On node:http and not on `fetch`: a command's answer begins only when its turn ends,
// and fetch gives up on headers (and on a silent body) after five minutes. Every request has a connection of its own: on
// loopback that costs nothing, and a prompt never meets a kept one that the server is closing at that moment.
import { PilotlightError } from '@pilotlight/protocol';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { asObject, asString } from './wire.ts';

export interface CallOptions {
  body?: unknown;
  /** the directory the call is about; a session's own directory wins over it */
  directory?: string;
  /** ms; none when missing */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** An answer that is not 2xx. `name` and `message` are the server's own words. */
export class HttpAnswerError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'HttpAnswerError';
    this.status = status;
  }
}

/** The address and password of one server. */
export interface ServerAddress {
  port: number;
  password: string;
}

export class OpenCodeHttp {
  readonly port: number;
  readonly #authorization: string;
  readonly #closed = new AbortController();

  constructor({ port, password }: ServerAddress) {
    this.port = port;
    this.#authorization = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`;
  }

  /** Every request that is under way fails, as does every later one. What it asked for may still be done. */
  close(): void {
    this.#closed.abort();
  }

  /** GET, answered with JSON. */
  get(path: string, options: CallOptions = {}): Promise<unknown> {
    return this.#call('GET', path, options);
  }

  /** POST with a JSON body; answers the JSON, or null for 204. */
  post(path: string, options: CallOptions = {}): Promise<unknown> {
    return this.#call('POST', path, { body: {}, ...options });
  }

  /** Opens an event stream: resolves with its body when the headers are there. */
  async openStream(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const answer = await this.#send('GET', path, { signal }, { accept: 'text/event-stream' });
    if (answer.statusCode === 200 && isType(answer, 'text/event-stream')) return answer;
    answer.destroy();
    throw new HttpAnswerError(answer.statusCode ?? 0, `GET ${path} answered no event stream`);
  }

  async #call(method: string, path: string, options: CallOptions): Promise<unknown> {
    const { timeoutMs } = options;
    const limits = [
      this.#closed.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
      ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
    ];
    const signal = AbortSignal.any(limits);
    const answer = await this.#send(method, path, { ...options, signal }, {});
    const text = await readText(answer);
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299)
      throw new HttpAnswerError(status, errorText(method, path, status, text));
    if (status === 204 || text === '') return null;
    // A route this version does not have answers 200 with a web page.
    if (!isType(answer, 'application/json')) throw unknownRoute(method, path);
    return JSON.parse(text);
  }

  #send(
    method: string,
    path: string,
    options: CallOptions,
    headers: Record<string, string>,
  ): Promise<IncomingMessage> {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        host: '127.0.0.1',
        port: this.port,
        method,
        path,
        agent: false,
        signal: options.signal,
        headers: {
          authorization: this.#authorization,
          ...headers,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          // Percent-encoded: the server decodes it once, and a header holds ASCII only.
          ...(options.directory === undefined
            ? {}
            : { 'x-opencode-directory': encodeURIComponent(options.directory) }),
        },
      });
      request.on('error', reject);
      request.on('response', resolve);
      request.end(body);
    });
  }
}

function isType(answer: IncomingMessage, type: string): boolean {
  return (answer.headers['content-type'] ?? '').startsWith(type);
}

function unknownRoute(method: string, path: string): PilotlightError {
  return new PilotlightError(
    'agent_unsupported',
    `The opencode server does not know ${method} ${path}; its version is not one that is supported`,
  );
}

/** The several shapes of the server's error bodies come down to one line. */
function errorText(method: string, path: string, status: number, text: string): string {
  const said = `${method} ${path} answered ${status}`;
  try {
    const body = asObject(JSON.parse(text));
    const name = asString(body['name']) || asString(body['_tag']);
    const message = asString(asObject(body['data'])['message']) || asString(body['message']);
    return [said, [name, message].filter(Boolean).join(': ')].filter(Boolean).join(': ');
  } catch {
    return said;
  }
}
