import type { AgentSessionHandle, BackendProcess } from '@pilotlight/protocol';
import type { BackendHost } from '../backend-host.ts';
import type { LaunchedServer } from './launch.ts';
import type { OpenCodeSession } from './session.ts';

type Key = Pick<AgentSessionHandle, 'chatId' | 'agent'>;

/** The open conversation of each (chat, agent). The host is told what becomes of each. */
export class OpenSessions {
  readonly #host: BackendHost;
  readonly #sessions = new Map<string, OpenCodeSession>();

  constructor(host: BackendHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Those with a turn. */
  get busy(): OpenCodeSession[] {
    return [...this.#sessions.values()].filter((session) => session.busy);
  }

  get(key: Key): OpenCodeSession | undefined {
    return this.#sessions.get(keyOf(key));
  }

  /** From here on it gets what the server says of it. */
  admit(server: LaunchedServer, session: OpenCodeSession): void {
    const { handle, continuity } = session;
    server.connection.add(session);
    this.#sessions.set(keyOf(handle), session);
    const why = continuity === 'fresh' ? 'New conversation' : 'Conversation found again';
    this.#host.residencyChanged(handle, 'ready', why);
  }

  /** A turn begins in it, or ended while it stayed open. */
  turn(session: OpenCodeSession, state: 'busy' | 'ready'): void {
    const why = state === 'busy' ? 'A turn is running' : 'Its turn ended';
    if (state === 'busy' || this.get(session.handle) === session)
      this.#host.residencyChanged(session.handle, state, why);
  }

  remove(session: OpenCodeSession, why: string): void {
    this.#sessions.delete(keyOf(session.handle));
    this.#host.residencyChanged(session.handle, 'cold', why);
  }

  /** Answers what was open. */
  removeAll(why: string): OpenCodeSession[] {
    const open = this.takeAll();
    for (const { handle } of open) this.#host.residencyChanged(handle, 'cold', why);
    return open;
  }

  /** As `removeAll`, without a word to the host: they go on. */
  takeAll(): OpenCodeSession[] {
    const open = [...this.#sessions.values()];
    this.#sessions.clear();
    return open;
  }

  async describe({ child, version }: LaunchedServer, agent: string): Promise<BackendProcess> {
    const memoryBytes = await child.memoryBytes();
    const busy = this.busy.length;
    return {
      agent,
      pid: child.pid,
      memoryBytes,
      startedAt: child.startedAt,
      state: busy > 0 ? 'busy' : 'ready',
      why: `Serves ${this.size} agent sessions, ${busy} of them in a turn (version ${version})`,
      chatIds: [...this.#sessions.values()].map((session) => session.handle.chatId),
    };
  }
}

export function keyOf({ chatId, agent }: Key): string {
  return `${chatId} ${agent}`;
}
