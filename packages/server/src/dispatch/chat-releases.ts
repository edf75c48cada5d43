import type { AgentBackend, AgentBackendKind } from '@pilotlight/protocol';
import type { AgentSessionDesk } from './agent-session-desk.ts';
import type { Journal } from '../journal/journal.ts';
import type { Store } from '../store/store.ts';

/** Why, unless the caller knows better. */
const ON_REQUEST = 'Released on request';

/** Ends agent sessions that are resident; their conversations can be resumed later. */
export class ChatReleases {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #backends: ReadonlyMap<AgentBackendKind, AgentBackend>;
  readonly #desk: AgentSessionDesk;

  constructor(
    store: Store,
    journal: Journal,
    backends: ReadonlyMap<AgentBackendKind, AgentBackend>,
    desk: AgentSessionDesk,
  ) {
    this.#store = store;
    this.#journal = journal;
    this.#backends = backends;
    this.#desk = desk;
  }

  /** All of a chat, or the one of `agent`, whose backend is told before the first pause. `why`: for the row. */
  async release(chatId: string, agent?: string, why = ON_REQUEST): Promise<void> {
    const sessionId = this.#store.chats.get(chatId)?.sessionId;
    if (sessionId === undefined) return;
    this.#journal.flush();
    for (const row of this.#store.agentSessions.ofChat(chatId)) {
      if (row.state === 'cold' || (agent !== undefined && row.agent !== agent)) continue;
      const handle = this.#desk.handle(sessionId, chatId, row.agent);
      if (handle === null) continue;
      this.#desk.releasing(chatId, row.agent, why);
      try {
        await this.#backends.get(row.backend)?.closeSession(handle);
      } finally {
        this.#desk.released(chatId, row.agent);
      }
    }
  }
}
