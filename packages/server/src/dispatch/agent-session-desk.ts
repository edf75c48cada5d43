import {
  PilotlightError,
  type AgentEvent,
  type AgentSession,
  type AgentSessionHandle,
  type Continuity,
  type ResidencyState,
} from '@pilotlight/protocol';
import type { BackendHost, Heard, StoredAgentSession } from '../backends/backend-host.ts';
import type { Announcer } from './announcer.ts';

/** Takes what an agent says outside any turn. */
export type LateEvents = (handle: AgentSessionHandle, event: AgentEvent) => void;

/** Hears of every change of a row's residency. */
export type ResidencyListener = (row: AgentSession) => void;

/**
 * The rows of `agent_sessions`: the resume token of every (chat, agent) and whether it is resident. The backends' side
 * of the product.
 */
export class AgentSessionDesk implements BackendHost {
  readonly #announcer: Announcer;
  #late: LateEvents = () => {};
  #listener: ResidencyListener = () => {};
  /** `<chatId>/<agent>` → why it is being released, until it is cold */
  readonly #releasing = new Map<string, string>();
  /** `<chatId>/<agent>` → when it last said something outside a turn, epoch ms */
  readonly #spokeAt = new Map<string, number>();
  /** `<chatId>/<agent>` → the row as it will be once everything deferred is written */
  readonly #rows = new Map<string, AgentSession>();

  /** `<chatId>/<agent>` → what was heard of it last */
  readonly #heard = new Map<string, Heard>();
  #flushLate: () => void = () => {};
  /** null: the last try failed */
  #tokensOnDisk: Promise<void> | null = Promise.resolve();

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  /** `flush`: everything said outside turns goes to the journal. */
  onLateEvent(late: LateEvents, flush: () => void): void {
    this.#late = late;
    this.#flushLate = flush;
  }

  onResidency(listener: ResidencyListener): void {
    this.#listener = listener;
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

  /** Whether its process was up when it was last heard of. */
  wasResident(chatId: string, agent: string): boolean {
    const state = this.#find(chatId, agent)?.state;
    return state === 'ready' || state === 'busy';
  }

  /** Whether it is being closed, or was. */
  isReleased(chatId: string, agent: string): boolean {
    const state = this.#find(chatId, agent)?.state;
    return state === 'closing' || state === 'cold';
  }

  agentSessionAssigned(handle: AgentSessionHandle): void {
    this.#write(handle, {});
  }

  outOfTurn(handle: AgentSessionHandle, event: AgentEvent): void {
    this.#spokeAt.set(`${handle.chatId}/${handle.agent}`, this.#announcer.now());
    this.#late(handle, event);
  }

  residencyChanged(handle: AgentSessionHandle, state: ResidencyState, why: string): void {
    const key = `${handle.chatId}/${handle.agent}`;
    const before = this.#find(handle.chatId, handle.agent);
    const ends = state === 'closing' || state === 'cold';
    const said = (ends ? this.#releasing.get(key) : undefined) ?? why;
    if (state === 'cold') {
      this.#releasing.delete(key);
      this.#spokeAt.delete(key);
    }
    const isUse = state === 'busy' || (state === 'ready' && before?.state === 'busy');
    this.#write(handle, { state, why: said, ...(isUse ? { lastUsedAt: this.#announcer.now() } : {}) });
    const row = this.#find(handle.chatId, handle.agent);
    if (row !== null) this.#listener(row);
  }

  /** What its row will say of why it closed, whatever the backend says. */
  releasing(chatId: string, agent: string, why: string): void {
    this.#releasing.set(`${chatId}/${agent}`, why);
  }

  /** The release is over, also when there was nothing to close. */
  released(chatId: string, agent: string): void {
    this.#releasing.delete(`${chatId}/${agent}`);
  }

  /** Says why a session that waits is resident. */
  explain(chatId: string, agent: string, why: string): void {
    const row = this.#find(chatId, agent);
    if (row?.state === 'ready') this.#put(row, { ...row, why });
  }

  /** On disk when it returns. @throws PilotlightError `not_found` before the agent's first turn in the chat */
  pin(chatId: string, agent: string, pinned: boolean): AgentSession {
    const row = this.#find(chatId, agent);
    if (row === null) {
      throw new PilotlightError(
        'not_found',
        `${agent} has no session in chat ${chatId} yet. Send it a prompt first.`,
      );
    }
    if (row.pinned === pinned) return row;
    const why = row.state === 'ready' ? (pinned ? 'Kept warm, as you asked' : 'Kept warm') : row.why;
    const next = { ...row, pinned, why, updatedAt: this.#announcer.now() };
    this.#rows.set(`${chatId}/${agent}`, next);
    this.#announcer.journal.commit((scope) => this.#announcer.agentSession(scope, next));
    return next;
  }

  /** Resolves when every resume token is on the disk. @throws PilotlightError as a commit would; whoever asks next tries again */
  tokensOnDisk(): Promise<void> {
    return (this.#tokensOnDisk ??= this.#syncTokens());
  }

  /** When it was last prompted, opened, or spoke by itself; epoch ms. */
  lastUsedAt(row: AgentSession): number {
    return Math.max(row.lastUsedAt ?? row.updatedAt, this.#spokeAt.get(`${row.chatId}/${row.agent}`) ?? 0);
  }

  /** Persists the handle and how the agent knows the conversation. */
  ensured(handle: AgentSessionHandle, continuity: Continuity): void {
    this.#write(handle, { continuity });
  }

  #write(
    handle: AgentSessionHandle,
    changes: Partial<Pick<AgentSession, 'state' | 'why' | 'continuity' | 'lastUsedAt'>>,
  ): void {
    const { now } = this.#announcer;
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
      pinned: before?.pinned ?? false,
      lastUsedAt: changes.lastUsedAt ?? before?.lastUsedAt ?? null,
      updatedAt: now(),
    };
    this.#put(before, next);
  }

  #put(before: AgentSession | null, next: AgentSession): void {
    const { store, journal } = this.#announcer;
    const key = `${next.chatId}/${next.agent}`;
    if (before !== null && same(before, next)) return;
    // The chat may have been removed while its agent was winding down.
    if (store.chats.get(next.chatId) === null) {
      this.#rows.delete(key);
      return;
    }
    this.#rows.set(key, next);
    if (before?.agentSessionId === next.agentSessionId) return this.#announcer.agentSessionSoon(next);
    journal.commit((scope) => this.#announcer.agentSession(scope, next), 'written');
    this.#tokensOnDisk = this.#syncTokens();
  }

  #syncTokens(): Promise<void> {
    const synced = this.#announcer.store.synced();
    synced.catch(() => {
      if (this.#tokensOnDisk === synced) this.#tokensOnDisk = null;
    });
    return synced;
  }

  #find(chatId: string, agent: string): AgentSession | null {
    return this.#rows.get(`${chatId}/${agent}`) ?? this.#announcer.store.agentSessions.find(chatId, agent);
  }
}

function same(a: AgentSession, b: AgentSession): boolean {
  return JSON.stringify({ ...a, updatedAt: 0 }) === JSON.stringify({ ...b, updatedAt: 0 });
}
