import { PilotlightError, asProblem } from '@pilotlight/protocol';
import type { ErrorCode } from '@pilotlight/protocol';

export interface CallOptions {
  body?: unknown;
  /** undefined values are left out */
  query?: Record<string, string | number | undefined>;
  signal?: AbortSignal | undefined;
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Speaks to one server over HTTP. */
export class HttpCaller {
  readonly url: string;
  readonly #token: string | undefined;

  /** @param token left out in a browser that is signed in by cookie */
  constructor(url: string, token: string | undefined) {
    this.url = url.replace(/\/+$/, '');
    this.#token = token;
  }

  /** The JSON of the answer; undefined for an answer without a body. @throws PilotlightError what the server says, or `server_unreachable` */
  async json<T>(method: HttpMethod, path: string, options: CallOptions = {}): Promise<T> {
    const response = await this.response(method, path, options);
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw this.#unreachable(error, options.signal);
    }
  }

  /** Where that is. */
  address(path: string, query?: CallOptions['query']): string {
    return this.url + path + queryString(query);
  }

  /** The answer itself, its body unread. @throws as `json` */
  async response(method: HttpMethod, path: string, options: CallOptions = {}): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.#token !== undefined) headers['authorization'] = `Bearer ${this.#token}`;
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    const init: RequestInit = { method, headers };
    if (options.body !== undefined) init.body = JSON.stringify(options.body);
    if (options.signal !== undefined) init.signal = options.signal;
    let response: Response;
    try {
      response = await fetch(this.address(path, options.query), init);
    } catch (error) {
      throw this.#unreachable(error, options.signal);
    }
    if (!response.ok) throw await this.#errorOf(response);
    return response;
  }

  async #errorOf(response: Response): Promise<PilotlightError> {
    const body: unknown = await response.json().catch(() => null);
    const problem = asProblem(body);
    if (problem === null) return this.#stranger(response.status, body);
    const { code, detail, details, fields } = problem;
    return new PilotlightError(code, detail, {
      details: { ...details, ...(fields === undefined ? {} : { fields }) },
    });
  }

  /** An answer that is no problem of this version's: of a newer server, or of no Pilotlight at all. */
  #stranger(status: number, body: unknown): PilotlightError {
    if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body) {
      return new PilotlightError('internal', String(body.detail), {
        details: { code: String(body.code), status },
      });
    }
    const text = `what answers at ${this.url} (HTTP ${status}) is not a Pilotlight server; check the address`;
    return new PilotlightError('server_unreachable', text, { details: { url: this.url, status } });
  }

  #unreachable(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted === true) return signal.reason;
    return new PilotlightError(
      'server_unreachable',
      `no Pilotlight server answers at ${this.url}; start one with \`pilotlight serve\``,
      { details: { url: this.url }, cause: error },
    );
  }
}

function queryString(query: CallOptions['query']): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

/** The closed code an error carries, `internal` for any other value. */
export function errorCodeOf(error: unknown): ErrorCode {
  return error instanceof PilotlightError ? error.code : 'internal';
}
