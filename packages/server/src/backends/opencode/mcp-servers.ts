// MCP servers of a directory. opencode keeps them in memory, one list for all conversations of a directory, so they are told
// once for each life of the server and again when they change.
import { createHash } from 'node:crypto';
import { withoutSecrets, type LeftOut, type McpLaunch, type McpOffer } from '../mcp-source.ts';
import type { OpenCodeHttp } from './http.ts';
import { asObject, asString } from './wire.ts';

/** It answers when the server has answered, or not in 30 s. */
const ADD_MS = 45_000;

export interface Told {
  leftOut: LeftOut[];
  /** whether anything was told anew, so that commands and tools may be others */
  changed: boolean;
}

export class DirectoryMcpServers {
  readonly #http: OpenCodeHttp;
  /** directory → name → what was told, as a hash; and what came of it */
  readonly #told = new Map<string, Map<string, { hash: string; why: string | null }>>();
  readonly #telling = new Map<string, Promise<unknown>>();

  constructor(http: OpenCodeHttp) {
    this.#http = http;
  }

  /** Never rejects: a conversation without an MCP server is better than none. */
  tell(directory: string, offer: McpOffer): Promise<Told> {
    const before = this.#telling.get(directory) ?? Promise.resolve();
    const telling = before.then(() => this.#tell(directory, offer));
    this.#telling.set(directory, telling);
    return telling;
  }

  async #tell(directory: string, offer: McpOffer): Promise<Told> {
    const told = this.#told.get(directory) ?? new Map<string, { hash: string; why: string | null }>();
    this.#told.set(directory, told);
    const wanted = new Map(offer.servers.map((server) => [server.name, server]));
    const gone = [...told.keys()].filter((name) => !wanted.has(name));
    const fresh = offer.servers.filter((server) => told.get(server.name)?.hash !== hashOf(server));
    await Promise.all([
      ...gone.map(async (name) => {
        told.delete(name);
        await this.#post(`/mcp/${encodeURIComponent(name)}/disconnect`, directory).catch(() => {});
      }),
      ...fresh.map(async (server) => {
        const why = await this.#add(directory, server, offer.secrets);
        told.set(server.name, { hash: hashOf(server), why });
      }),
    ]);
    const failed = offer.servers.flatMap(({ name }) => {
      const why = told.get(name)?.why ?? null;
      return why === null ? [] : [{ name, why }];
    });
    return { leftOut: [...offer.leftOut, ...failed], changed: gone.length + fresh.length > 0 };
  }

  /** Why it could not be had; null when it is there. */
  async #add(directory: string, server: McpLaunch, secrets: readonly string[]): Promise<string | null> {
    try {
      const answer = await this.#post('/mcp', directory, { name: server.name, config: configOf(server) });
      const status = asObject(asObject(answer)[server.name]);
      if (status['status'] === 'connected') return null;
      return withoutSecrets(asString(status['error']) || `is ${asString(status['status'])}`, secrets).slice(
        0,
        300,
      );
    } catch (error) {
      return withoutSecrets(error instanceof Error ? error.message : String(error), secrets).slice(0, 300);
    }
  }

  #post(path: string, directory: string, body?: unknown): Promise<unknown> {
    const options = { directory, timeoutMs: ADD_MS };
    return this.#http.post(path, body === undefined ? options : { ...options, body });
  }
}

function configOf(server: McpLaunch): unknown {
  if (server.type !== 'stdio')
    return { type: 'remote', url: server.url, headers: server.headers, enabled: true };
  return {
    type: 'local',
    command: [server.command, ...server.args],
    environment: server.env,
    enabled: true,
  };
}

function hashOf(server: McpLaunch): string {
  return createHash('sha256').update(JSON.stringify(server)).digest('base64');
}
