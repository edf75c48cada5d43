import { createServer } from 'node:net';
import { PilotlightError } from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';
import { KeyedLock } from '../workspace/keyed-lock.ts';

/** Below what systems hand out by themselves, above what well-known programs use. */
const FIRST = 21_000;
const LAST = 29_999;

/** Ports of sessions: no two sessions have the same, each was free when it was chosen, and stays with its session. */
export class SessionPorts {
  readonly #store: Store;
  readonly #lock = new KeyedLock();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * The ports of a session by name; those it does not have yet are chosen.
   * @throws PilotlightError `conflict` when none is free
   */
  async of(sessionId: string, names: readonly string[]): Promise<Map<string, number>> {
    const known = this.#store.scripts.ports(sessionId);
    if (names.every((name) => known.has(name))) return pick(known, names);
    return this.#lock.run('ports', async () => {
      const ports = this.#store.scripts.ports(sessionId);
      for (const name of names) {
        if (ports.has(name)) continue;
        const port = await this.#freePort();
        this.#store.transaction(() => this.#store.scripts.setPort(sessionId, name, port));
        ports.set(name, port);
      }
      return pick(ports, names);
    });
  }

  async #freePort(): Promise<number> {
    const taken = this.#store.scripts.portsTaken();
    for (let port = FIRST; port <= LAST; port += 1) if (!taken.has(port) && (await isFree(port))) return port;
    throw new PilotlightError(
      'conflict',
      `No port between ${FIRST} and ${LAST} is free for another session.`,
    );
  }
}

function pick(ports: ReadonlyMap<string, number>, names: readonly string[]): Map<string, number> {
  return new Map(
    names.flatMap((name): [string, number][] => {
      const port = ports.get(name);
      return port === undefined ? [] : [[name, port]];
    }),
  );
}

/** Asked of all addresses: a program may listen on one of them only. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
