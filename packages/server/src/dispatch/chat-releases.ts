import type { AgentBackend, AgentBackendKind, AgentSession, AgentSessionHandle } from '@pilotlight/protocol';
import type { Journal } from '../journal/journal.ts';
import type { Store } from '../store/store.ts';

function handleOf(row: AgentSession, sessionId: string): AgentSessionHandle {
  const { agent, backend, chatId, worktreeId, agentSessionId, serverPort } = row;
  return { sessionId, agent, backend, chatId, worktreeId, agentSessionId, serverPort };
}

/** Ends agent sessions that are resident; their conversations can be resumed later. */
export class ChatReleases {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #backends: ReadonlyMap<AgentBackendKind, AgentBackend>;

  constructor(store: Store, journal: Journal, backends: ReadonlyMap<AgentBackendKind, AgentBackend>) {
    this.#store = store;
    this.#journal = journal;
    this.#backends = backends;
  }

  /** All of a chat, or the one of `agent`. */
  async release(chatId: string, agent?: string): Promise<void> {
    const sessionId = this.#store.chats.get(chatId)?.sessionId;
    if (sessionId === undefined) return;
    this.#journal.flush();
    for (const row of this.#store.agentSessions.ofChat(chatId)) {
      if (row.state === 'cold' || (agent !== undefined && row.agent !== agent)) continue;
      await this.#backends.get(row.backend)?.closeSession(handleOf(row, sessionId));
    }
  }
}
