import type { AgentEvent, AgentSessionHandle, ResidencyState } from '@pilotlight/protocol';

/** What the store knows of an agent session from an earlier life. */
export interface StoredAgentSession {
  agentSessionId: string | null;
  serverPort: number | null;
  /** how much of the output of which process is written down; null when no process was ever heard */
  heard?: Heard | null;
}

/** What an agent said of one session, up to a place in the output of its process. */
export interface Heard {
  /** the keeper's name of the process */
  processId: string;
  /** bytes since it started */
  offset: number;
}

/** What a backend needs of the product around it; given at construction. */
export interface BackendHost {
  /** The row of (chat, agent), for resuming; null when there is none. */
  findAgentSession(chatId: string, agent: string): StoredAgentSession | null;
  /** The provider assigned another id than the handle had (for instance a session made anew). Persisted at once. */
  agentSessionAssigned(handle: AgentSessionHandle): void;
  /** An event outside any turn, or one that came after its turn ended: belongs to the chat, never to the next turn. */
  outOfTurn(handle: AgentSessionHandle, event: AgentEvent): void;
  /**
   * Everything the backend has given of this session up to now came from there. Written down with what it gives next, or with
   * the end of the turn.
   */
  heard?(handle: AgentSessionHandle, heard: Heard): void;
  /** Resolves when everything given up to now is written down. */
  written?(): Promise<void>;
  /** `why` in words, for instance "Released after 30 min idle" or "Agent ended: exit 1". */
  residencyChanged(handle: AgentSessionHandle, state: ResidencyState, why: string): void;
}
