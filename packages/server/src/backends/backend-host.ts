import type { AgentEvent, AgentSessionHandle, ResidencyState } from '@pilotlight/protocol';

/** What the store knows of an agent session from an earlier life. */
export interface StoredAgentSession {
  agentSessionId: string | null;
  serverPort: number | null;
}

/** What a backend needs of the product around it; given at construction. */
export interface BackendHost {
  /** The row of (chat, agent), for resuming; null when there is none. */
  findAgentSession(chatId: string, agent: string): StoredAgentSession | null;
  /** The provider assigned another id than the handle had (for instance a session made anew). Persisted at once. */
  agentSessionAssigned(handle: AgentSessionHandle): void;
  /** An event outside any turn, or one that came after its turn ended: belongs to the chat, never to the next turn. */
  outOfTurn(handle: AgentSessionHandle, event: AgentEvent): void;
  /** `why` in words, for instance "Released after 30 min idle" or "Agent ended: exit 1". */
  residencyChanged(handle: AgentSessionHandle, state: ResidencyState, why: string): void;
}
