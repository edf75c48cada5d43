// Everything that is tied to one life of the opencode server: its HTTP door, its one event stream, the conversations
// open in it and what its directories offer. It ends with the server.
import type { ErrorInfo } from '@pilotlight/protocol';
import { fetchCatalog, type Catalog } from './catalog.ts';
import { OpenCodeEventStream } from './event-stream.ts';
import { OpenCodeHttp, type ServerAddress } from './http.ts';
import { DirectoryMcpServers } from './mcp-servers.ts';
import type { OpenCodeSession } from './session.ts';
import { readRecord } from './wire.ts';

export class OpenCodeConnection {
  readonly http: OpenCodeHttp;
  readonly stream: OpenCodeEventStream;
  readonly mcp: DirectoryMcpServers;
  /** session of the server, sub-agents included → the conversation it belongs to */
  readonly #owners = new Map<string, OpenCodeSession>();
  readonly #catalogs = new Map<string, Promise<Catalog>>();

  constructor(address: ServerAddress) {
    this.http = new OpenCodeHttp(address);
    this.mcp = new DirectoryMcpServers(this.http);
    this.stream = new OpenCodeEventStream(this.http, {
      onEvent: (payload) => this.#onEvent(payload),
      onOpen: (reopened) => {
        if (reopened) for (const session of this.sessions()) session.eventsMissed();
      },
      onHeard: () => {
        for (const session of this.sessions()) session.eventsMissed();
      },
      onBroken: () => {
        for (const session of this.sessions()) session.streamBroke();
      },
    });
  }

  /** Resolves when events can arrive. */
  open(): Promise<void> {
    return this.stream.start();
  }

  /** The server is gone: running turns end with `error`. */
  ended(error: ErrorInfo): void {
    this.close();
    for (const session of this.sessions()) session.serverEnded(error);
    this.#owners.clear();
  }

  close(): void {
    this.stream.close();
    this.http.close();
  }

  sessions(): OpenCodeSession[] {
    return [...new Set(this.#owners.values())];
  }

  add(session: OpenCodeSession): void {
    this.#owners.set(session.id, session);
  }

  own(child: string, session: OpenCodeSession): void {
    if (!this.#owners.has(child)) this.#owners.set(child, session);
  }

  remove(session: OpenCodeSession): void {
    for (const [id, owner] of this.#owners) if (owner === session) this.#owners.delete(id);
  }

  /** What a directory offers; fetched once and again on `refresh`. */
  catalog(directory: string, refresh = false): Promise<Catalog> {
    const known = this.#catalogs.get(directory);
    if (known !== undefined && !refresh) return known;
    const fetched = fetchCatalog(this.http, directory);
    this.#catalogs.set(directory, fetched);
    fetched.catch(() => this.#catalogs.delete(directory));
    return fetched;
  }

  #onEvent(payload: unknown): void {
    const record = readRecord(payload);
    if (record === null) return;
    if (record.type === 'session.created' && record.info.parentID !== undefined) {
      const parent = this.#owners.get(record.info.parentID);
      if (parent !== undefined) this.own(record.sessionID, parent);
    }
    this.#owners.get(record.sessionID)?.receive(record);
  }
}
