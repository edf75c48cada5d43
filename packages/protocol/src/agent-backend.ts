import type { AcpToolSnapshot, ToolKind } from './acp-tool-snapshot.ts';
import type { AgentEvent } from './agent-event.ts';
import type { ContentBlock } from './content.ts';
import type { ErrorInfo } from './errors.ts';
import type { PermissionOption, QuestionField } from './provider-types.ts';

/** Mirrored by the CHECK on `agent_sessions.backend` in schema.sql. */
export type AgentBackendKind = 'opencode_server' | 'acp_warm';

export interface EnsureSessionOpts {
  agent: string;
  /** null: the agent's own default */
  model: string | null;
  /** never null: the dispatcher makes a chat for session-less tasks first */
  chatId: string;
  worktreePath: string;
  /** kept on the row for information, not part of its key; null when the session works in the project's own folder */
  worktreeId: string | null;
  projectId: string;
}

/** Opaque and persisted; a backend finds its conversation again by it. */
export interface AgentSessionHandle {
  sessionId: string;
  agent: string;
  backend: AgentBackendKind;
  chatId: string;
  worktreeId: string | null;
  /** the provider's own session id, the resume token; null until the provider assigned one */
  agentSessionId: string | null;
  /** port of the opencode server; null for ACP */
  serverPort: number | null;
}

/** What is sent to the agent, in order. */
export interface PromptInput {
  content: ContentBlock[];
  /** what the agent has not seen, to be told before a slash command and apart from it; see `recapApart` */
  recap?: string;
}

export interface PermissionRequest {
  toolCall: AcpToolSnapshot;
  options: PermissionOption[];
  /** what it is about, where the backend knows better than the tool call says */
  about?: PermissionAbout;
}
export interface PermissionAbout {
  kind: ToolKind;
  commands: string[];
  paths: string[];
}
export type PermissionOutcome =
  | { outcome: 'selected'; optionId: string; message?: string }
  | { outcome: 'cancelled' };

export interface QuestionRequest {
  message: string;
  fields: QuestionField[];
  /** a page that the user is asked to open; there are no fields then */
  url?: string;
  /** the tool call that asks, where the agent says so */
  toolCallId: string | null;
}
/** `answers`: field id → the chosen values or the one free text. */
export type QuestionOutcome =
  | { action: 'accept'; answers: Record<string, string[]> }
  | { action: 'decline' }
  | { action: 'cancel' };

export interface PromptCtx {
  worktreePath: string;
  model: string | null;
  /** aborted: cancel the turn. The backend then waits for the agent's acknowledgement before it resolves. */
  signal: AbortSignal;
  onEvent(event: AgentEvent): void;
  /** Ask the user. Resolves with `cancelled` when the turn ends first. Without it every request is refused. */
  onPermission?(request: PermissionRequest): Promise<PermissionOutcome>;
  onQuestion?(request: QuestionRequest): Promise<QuestionOutcome>;
  /** Goes along with the prompt, so that a later server finds it again among what the agent was told. */
  turnId?: string;
}

/** Of a turn that is taken up. */
export interface ReattachCtx extends PromptCtx {
  turnId: string;
  /**
   * Called once, before the promise resolves. The events before it tell the turn again from its beginning, those that an
   * earlier server has written down included; those after it are new.
   */
  onCaughtUp(): void;
}

/**
 * `ok: true`: the agent ended its turn. `ok: false`: `error` says why; a cancelled turn has code `cancelled` and
 * `details.by`: `acknowledged`, `session_closed` or `process_ended`. `details.sent === false`: the agent has taken nothing
 * of the prompt, which may be sent again.
 */
export interface TurnResult {
  ok: boolean;
  error?: ErrorInfo;
}

/** A conversation that an agent has by itself. */
export interface PastSession {
  /** the resume token */
  agentSessionId: string;
  /** empty when it has none */
  title: string;
  /** epoch ms; null when the agent does not say */
  updatedAt: number | null;
}

/** What was said in it, in order. */
export type PastMessage =
  | { role: 'user'; content: ContentBlock[] }
  | { role: 'assistant'; events: AgentEvent[] };

/** Where an agent is asked for what it has by itself. */
export interface PastPlace {
  agent: string;
  /** the folder the conversations are of */
  cwd: string;
  projectId: string;
}

/** How the agent came to know what was said before this prompt. `recap` and `fresh` mean that context was lost. */
export type Continuity = 'live' | 'reattached' | 'resumed' | 'loaded' | 'recap' | 'fresh';

/** What the user chose for an agent session; missing fields stay as the agent has them. */
export interface AgentSessionChoice {
  model?: string;
  mode?: string;
  /** option id → value, for everything else */
  options?: Record<string, string | boolean>;
}

export type ResidencyState = 'cold' | 'starting' | 'ready' | 'busy' | 'closing';

/** One live process tree of a backend and what it holds. */
export interface BackendProcess {
  agent: string;
  pid: number;
  /** resident bytes of the whole process tree, null where it cannot be read */
  memoryBytes: number | null;
  /** epoch ms */
  startedAt: number;
  state: ResidencyState;
  /** in words: why it is resident */
  why: string;
  chatIds: string[];
}

export type IdleProcesses = 'end' | 'keep';

/** Drives agents over one transport. */
export interface AgentBackend {
  readonly kind: AgentBackendKind;
  /** It can tell the agent something that is not answered, so that a slash command after it stays one. */
  readonly recapApart?: boolean;
  /**
   * Lazy: starts a server or a process only if none is up for this (session, agent).
   * @throws PilotlightError `agent_not_installed`, `agent_login_required`, `agent_failed`, `agent_timeout`, …
   */
  ensureSession(sessionId: string, opts: EnsureSessionOpts): Promise<AgentSessionHandle>;
  /** Streams through `ctx.onEvent`; resolves when the turn completes, also when it failed. */
  prompt(handle: AgentSessionHandle, input: PromptInput, ctx: PromptCtx): Promise<TurnResult>;
  /** Tears one agent session down gracefully; its conversation can be resumed later. */
  closeSession(handle: AgentSessionHandle): Promise<void>;
  /** Ends every server and process of this backend. */
  dispose(): Promise<void>;
  health(): 'up' | 'down';

  /** How `ensureSession` came by this handle. */
  continuity?(handle: AgentSessionHandle): Continuity;
  /** What the user has to hear of how the session was opened, once; null when there is nothing (more) to say. */
  openingNotice?(handle: AgentSessionHandle): string | null;
  /** Sets model, mode and options; a value the agent does not offer is `model_unknown` or `option_unknown`. */
  configure?(handle: AgentSessionHandle, choice: AgentSessionChoice): Promise<void>;
  /**
   * Takes up a turn that was running when the server died; resolves as `prompt` does.
   * @throws PilotlightError `interrupted` with the reason, before any event, when there is nothing to take up; with
   * `details.sent === false` when the agent never had the prompt
   */
  reattach?(handle: AgentSessionHandle, ctx: ReattachCtx): Promise<TurnResult>;
  /**
   * Instead of `dispose`: lets go of everything. Processes that can outlive this server go on, with their turns, until
   * another takes them over; the promises of those turns stay open. `idle`: what becomes of processes in which no turn runs.
   */
  leave?(idle: IdleProcesses): Promise<void>;
  /** The end of a turn is written down: what its agent said in it need not be told again. */
  turnWritten?(chatId: string, agent: string): void;
  /** Keys or the login of that agent have changed: what runs of it without a turn gives way to what knows of that. */
  renew?(agent: string): Promise<void>;
  /** Conversations that the agent has of a folder, wherever they were begun. @throws PilotlightError `agent_unsupported`, … */
  listSessions?(place: PastPlace): Promise<PastSession[]>;
  /** What was said in one of them. @throws PilotlightError `agent_unsupported`, `not_found`, … */
  readSession?(place: PastPlace, agentSessionId: string): Promise<PastMessage[]>;
  inspect?(): Promise<BackendProcess[]>;
  /** Ends that process if it serves no agent session now and none is being opened in it; otherwise does nothing. */
  endUnused?(pid: number): Promise<void>;
}
