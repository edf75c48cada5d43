import type {
  AgentEvent,
  AgentSession,
  AgentSessionHandle,
  Continuity,
  ResidencyState,
} from '@pilotlight/protocol';
import type { BackendHost, Heard, StoredAgentSession } from '../backends/backend-host.ts';
import type { Announcer } from './announcer.ts';

/** Takes what an agent says outside any turn. */
export type LateEvents = (handle: AgentSessionHandle, event: AgentEvent) => void;

/**
 * The rows of `agent_sessions`: the resume token of every (chat, agent) and whether it is resident. The backends' side
 * of the product.
 */
export class AgentSessionDesk implements BackendHost {
  readonly #announcer: Announcer;
  #late: LateEvents = () => {};
  /** `<chatId>/<agent>` → the row as it will be once everything deferred is written */
  readonly #rows = new Map<string, AgentSession>();

  /** `<chatId>/<agent>` → what was heard of it last */
  readonly #heard = new Map<string, Heard>();
  #flushLate: () => void = () => {};

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  /** `flush`: everything said outside turns goes to the journal. */
  onLateEvent(late: LateEvents, flush: () => void): void {
    this.#late = late;
    this.#flushLate = flush;
  }

  findAgentSession(chatId: string, agent: string): StoredAgentSession | null {
    const row = this.#find(chatId, agent);
    return row && { ...row, heard: this.#announcer.store.agentSessions.heard(chatId, agent) };
  }

  heard({ chatId, agent }: AgentSessionHandle, heard: Heard): void {
    this.#heard.set(`${chatId}/${agent}`, heard);
  }

  /** Inside the transaction that writes what was heard. */
  writeHeard(chatId: string, agent: string): void {
    const heard = this.#heard.get(`${chatId}/${agent}`);
    if (heard !== undefined) this.#announcer.store.agentSessions.setHeard(chatId, agent, heard);
  }

  async written(): Promise<void> {
    this.#flushLate();
    await this.#announcer.journal.drained();
  }

  /** As the backend had it last; null when there never was one. */
  handle(sessionId: string, chatId: string, agent: string): AgentSessionHandle | null {
    const row = this.#find(chatId, agent);
    if (row === null) return null;
    const { backend, worktreeId, agentSessionId, serverPort } = row;
    return { sessionId, agent, backend, chatId, worktreeId, agentSessionId, serverPort };
  }

  agentSessionAssigned(handle: AgentSessionHandle): void {
    this.#write(handle, {});
  }

  outOfTurn(handle: AgentSessionHandle, event: AgentEvent): void {
    this.#late(handle, event);
  }

  residencyChanged(handle: AgentSessionHandle, state: ResidencyState, why: string): void {
    this.#write(handle, { state, why });
  }

  /** Persists the handle and how the agent knows the conversation. */
  ensured(handle: AgentSessionHandle, continuity: Continuity): void {
    this.#write(handle, { continuity });
  }

  #write(
    handle: AgentSessionHandle,
    changes: Partial<Pick<AgentSession, 'state' | 'why' | 'continuity'>>,
  ): void {
    const { store, journal, now } = this.#announcer;
    const key = `${handle.chatId}/${handle.agent}`;
    const before = this.#find(handle.chatId, handle.agent);
    const next: AgentSession = {
      chatId: handle.chatId,
      agent: handle.agent,
      backend: handle.backend,
      agentSessionId: handle.agentSessionId ?? before?.agentSessionId ?? null,
      serverPort: handle.serverPort,
      worktreeId: handle.worktreeId,
      state: changes.state ?? before?.state ?? 'starting',
      why: changes.why ?? before?.why ?? '',
      continuity: changes.continuity ?? before?.continuity ?? null,
      updatedAt: now(),
    };
    if (before !== null && same(before, next)) return;
    // The chat may have been removed while its agent was winding down.
    if (store.chats.get(handle.chatId) === null) {
      this.#rows.delete(key);
      return;
    }
    this.#rows.set(key, next);
    // The resume token is on disk before the agent hears the first prompt; the rest may wait for company.
    if (before?.agentSessionId === next.agentSessionId) this.#announcer.agentSessionSoon(next);
    else journal.commit((scope) => this.#announcer.agentSession(scope, next));
  }

  #find(chatId: string, agent: string): AgentSession | null {
    return this.#rows.get(`${chatId}/${agent}`) ?? this.#announcer.store.agentSessions.find(chatId, agent);
  }
}

function same(a: AgentSession, b: AgentSession): boolean {
  return JSON.stringify({ ...a, updatedAt: 0 }) === JSON.stringify({ ...b, updatedAt: 0 });
}
