import {
  toErrorInfo,
  type AgentBackend,
  type AgentBackendKind,
  type AgentSessionChoice,
  type AgentSessionHandle,
  type Continuity,
  type ErrorCode,
  type Turn,
} from '@pilotlight/protocol';
import type { AgentTable } from '../backends/agent-spec.ts';
import type { AgentSessionDesk } from './agent-session-desk.ts';
import type { CircuitBoard } from './circuit-board.ts';
import type { Place } from './place.ts';

export interface WarmSessionsOptions {
  agents: AgentTable;
  backends: ReadonlyMap<AgentBackendKind, AgentBackend>;
  sessions: AgentSessionDesk;
  circuits: CircuitBoard;
}

/** An agent session that can be prompted. */
export interface Warm {
  backend: AgentBackend;
  handle: AgentSessionHandle;
  continuity: Continuity;
}

/** A cold dispatch would fail in the same way, so the turn says so at once. */
const SAME_WHEN_COLD = new Set<ErrorCode>([
  'agent_unknown',
  'agent_not_installed',
  'agent_login_required',
  'agent_usage_limit',
  'config_invalid',
  'model_unknown',
  'option_unknown',
  'worktree_missing',
]);

/** Finds or opens the warm agent session of a turn, and counts how its agent fares. */
export class WarmSessions {
  readonly #o: WarmSessionsOptions;
  /** `<chatId>/<agent>` → what was last configured, so that a live session is not configured again */
  readonly #configured = new Map<string, string>();

  constructor(options: WarmSessionsOptions) {
    this.#o = options;
  }

  backendOf(agent: string): AgentBackend | undefined {
    return this.#o.backends.get(this.#o.agents.get(agent).backend);
  }

  /**
   * The warm agent session, or null when this turn has to go the cold way.
   * @throws PilotlightError where the cold way would fail just so
   */
  async open(
    turn: Pick<Turn, 'chatId' | 'agent'>,
    sessionId: string,
    place: Place,
    projectId: string,
    choice: AgentSessionChoice,
  ): Promise<Warm | null> {
    const { agents, backends, circuits, sessions } = this.#o;
    const kind = agents.get(turn.agent).backend;
    const backend = backends.get(kind);
    if (backend === undefined || !circuits.allows(turn.agent)) return null;
    if (backend.health() === 'down' && !circuits.isProbe(turn.agent)) {
      const message = `The ${kind} backend is down.`;
      circuits.failed(turn.agent, { code: 'agent_unavailable', message });
      return null;
    }
    try {
      const handle = await backend.ensureSession(sessionId, {
        agent: turn.agent,
        model: choice.model ?? null,
        chatId: turn.chatId,
        worktreePath: place.path,
        worktreeId: place.worktreeId,
        projectId,
      });
      const continuity = backend.continuity?.(handle) ?? 'live';
      sessions.ensured(handle, continuity);
      circuits.succeeded(turn.agent);
      return { backend, handle, continuity };
    } catch (error) {
      const info = toErrorInfo(error);
      if (SAME_WHEN_COLD.has(info.code)) throw error;
      circuits.failed(turn.agent, info);
      return null;
    }
  }

  /** What was chosen is in force when this resolves. @throws PilotlightError `model_unknown`, `option_unknown` */
  async configure(turn: Turn, warm: Warm, choice: AgentSessionChoice): Promise<void> {
    const key = `${turn.chatId}/${turn.agent}`;
    const wanted = JSON.stringify(choice);
    const unchanged = warm.continuity === 'live' && (this.#configured.get(key) ?? '{}') === wanted;
    if (!unchanged && wanted !== '{}') await warm.backend.configure?.(warm.handle, choice);
    this.#configured.set(key, wanted);
  }
}
