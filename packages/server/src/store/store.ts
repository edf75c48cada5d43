import type {
  AgentSession,
  AgentSessionChoice,
  BlobRef,
  Chat,
  McpServer,
  Message,
  Money,
  Permission,
  Policy,
  PolicyScope,
  Project,
  Session,
  TokenCounts,
  Turn,
  UsageBy,
  UsageRow,
  UsageSum,
  Worktree,
} from '@pilotlight/protocol';
import type { Durability } from './database.ts';
export type { Durability };
import type { CheckpointTable } from './checkpoints.ts';
import type { ReviewActionTable } from './review-actions.ts';
import type { ReviewTable } from './reviews.ts';
import type { ScriptTable } from './scripts.ts';
import type { FrameTable } from './frames.ts';
import type { RemovedSessionTable } from './removed-sessions.ts';
import type { ComparisonTable } from './comparisons.ts';
import type { ScheduleTable } from './schedules.ts';
import type { TaskTable } from './tasks.ts';
import type { TopicTable } from './topics.ts';
import type { TriggerTable } from './triggers.ts';

export interface ProjectTable {
  insert(project: Project): void;
  get(id: string): Project | null;
  byPath(path: string): Project | null;
  /** oldest first, without those out of sight */
  list(): Project[];
  setPath(id: string, path: string): void;
  /** with everything that belongs to it */
  remove(id: string): void;
  /**
   * In place of removing one whose removed sessions can be brought back: those belong to a project of that id from then on,
   * which is out of sight; everything else of it goes. Within a transaction.
   */
  hide(id: string, as: string): void;
  isHidden(id: string): boolean;
  /** in sight again */
  show(id: string): void;
}

/** `Session.worktree` is read from the worktrees table; what is written of it is ignored. */
export interface SessionTable {
  insert(session: Session): void;
  update(session: Session): void;
  get(id: string): Session | null;
  /** also one that was removed and can be brought back, which `get` and `list` do not know */
  evenRemoved(id: string): Session | null;
  /** oldest first */
  list(projectId?: string): Session[];
  /** with its worktree row, chats, turns, messages, frames and tasks */
  remove(id: string): void;
}

export interface WorktreeTable {
  insert(worktree: Worktree & { sessionId: string }): void;
  get(id: string): Worktree | null;
  bySession(sessionId: string): Worktree | null;
  setBranch(id: string, branch: string): void;
  setPath(id: string, path: string): void;
  remove(id: string): void;
}

export interface ChatTable {
  insert(chat: Chat): void;
  update(chat: Chat): void;
  get(id: string): Chat | null;
  /** oldest first */
  list(sessionId?: string): Chat[];
  /** those in which something does not start */
  held(): Chat[];
  /** with its turns, messages, agent sessions, permissions, frames and topic */
  remove(id: string): void;
  /** what the user chose for that agent in this chat, null when nothing */
  choice(chatId: string, agent: string): AgentSessionChoice | null;
  setChoice(chatId: string, agent: string, choice: AgentSessionChoice): void;
}

export interface TurnTable {
  insert(turn: Turn): void;
  update(turn: Turn): void;
  get(id: string): Turn | null;
  /** by position, lower first */
  queued(chatId: string): Turn[];
  /** the first of `queued` */
  nextQueued(chatId: string): Turn | null;
  queueSize(chatId: string): { count: number; lastPosition: number };
  /** all that are queued, starting or running, oldest first */
  open(): Turn[];
  /** the turn that is starting or running */
  active(chatId: string): Turn | null;
  /** those that exist, in no particular order */
  byIds(ids: readonly string[]): Turn[];
  /** Its agent was not told what it had not seen. */
  oweRecap(id: string): void;
  /** those of which that is so */
  recapsOwed(ids: readonly string[]): string[];
  /** the newest turn of the chat, whatever its state */
  last(chatId: string): Turn | null;
  /** the turn that goes on with that one by itself; null when none does */
  continuing(chatId: string, id: string): Turn | null;
  /** takes a turn out, of the queue for example */
  remove(id: string): void;
}

/** A message whose parts are not read yet; `ordinal` is its place in the chat, from 1. */
export type MessageRow = Pick<Message, 'id' | 'role' | 'createdAt'> & { ordinal: number; partsJson: string };

export interface MessageTable {
  /** A new id goes to the end of its chat; a known id keeps its place. */
  upsert(message: Message): void;
  get(id: string): Message | null;
  /** The newest `limit` messages earlier than `before` (or than the end), oldest first. */
  page(
    chatId: string,
    options: { before?: string | undefined; limit: number },
  ): { messages: Message[]; hasEarlier: boolean };
  count(chatId: string): number;
  /** The newest `limit` messages with a lower ordinal than `before` (null: any), newest first, their parts as JSON. */
  rowsBefore(chatId: string, before: number | null, limit: number): MessageRow[];
  /** Whose turn the chat's last message belongs to, and how it was dispatched; null for a message of no turn. */
  lastTurn(chatId: string): (Pick<Turn, 'agent' | 'dispatch'> & { recapOwed: boolean }) | null;
  /** Every message later than the last one of a turn of that agent, oldest first; all when it had no turn. */
  afterTurnOf(chatId: string, agent: string): Message[];
}

export interface AgentSessionTable {
  upsert(row: AgentSession): void;
  find(chatId: string, agent: string): AgentSession | null;
  ofChat(chatId: string): AgentSession[];
  /** those that are not cold */
  resident(): AgentSession[];
  /** agents with an agent session that was used, or changed, since then (epoch ms) */
  agentsUsedSince(since: number): string[];
  /** where that agent was used since then (epoch ms), the last used first */
  placesUsedSince(agent: string, since: number): UsedPlace[];
  list(): AgentSession[];
  /** How much of the output of which process is written down; null when nothing was. */
  heard(chatId: string, agent: string): HeardOutput | null;
  setHeard(chatId: string, agent: string, heard: HeardOutput): void;
}

/** A project, and whether its own folder was worked in; else worktrees of it. */
export interface UsedPlace {
  projectId: string;
  path: string;
  inPlace: boolean;
}

export interface HeardOutput {
  processId: string;
  /** bytes since the process started */
  offset: number;
}

export interface PermissionTable {
  insert(permission: Permission): void;
  update(permission: Permission): void;
  get(id: string): Permission | null;
  /** oldest first; every filter given must match */
  list(filter?: {
    state?: Permission['state'] | undefined;
    chatId?: string | undefined;
    turnIds?: readonly string[] | undefined;
  }): Permission[];
  /** The newest requests of a project or session that rules can speak of, newest first. */
  recent(scope: PolicyScope, scopeId: string, limit: number): Permission[];
}

export interface PolicyTable {
  /** in place of the one there was */
  put(policy: Policy): void;
  /** null: it was never changed */
  get(scope: PolicyScope, scopeId: string): Policy | null;
  list(): Policy[];
}

/** What one ended turn has used; null: its agent did not say. */
export interface TurnUsageRow {
  turnId: string;
  chatId: string;
  sessionId: string;
  projectId: string;
  agent: string;
  /** '' when nobody named one */
  model: string;
  /** of the server's time zone */
  day: string;
  at: number;
  tokens: TokenCounts | null;
  cost: Money | null;
  /** the cost that the agent itself said at its end, whatever it counts from */
  saidCost: number | null;
  contextUsed: number | null;
  contextSize: number | null;
}

export interface UsageFilter {
  chatId?: string | undefined;
  sessionId?: string | undefined;
  projectId?: string | undefined;
  /** both included */
  from?: string | undefined;
  to?: string | undefined;
}

export interface TurnUsageTable {
  /** A turn that is there already keeps its row. */
  insert(row: TurnUsageRow): void;
  /** What the agent said last in this chat that it had cost; null when it never did. */
  lastSaidCost(chatId: string, agent: string): number | null;
  sum(filter: UsageFilter): UsageSum;
  /** The last used first, without names. */
  rows(by: UsageBy, filter: UsageFilter, limit: number): Omit<UsageRow, 'name'>[];
}

/** The most that may be used; null: no bound. */
export interface BudgetRow {
  /** 'day', or the id of a chat or session */
  subject: string;
  tokens: number | null;
  cost: Money | null;
}

export interface BudgetTable {
  set(row: BudgetRow): void;
  remove(subject: string): void;
  list(): BudgetRow[];
  /** those of any of these subjects, in the order given */
  of(subjects: readonly string[]): BudgetRow[];
}

export interface BlobTable {
  /** Keeps the bytes under their SHA-256; the same bytes again change nothing (the first mime type stays). */
  put(bytes: Uint8Array | string, mimeType: string): BlobRef;
  get(id: string): { mimeType: string; bytes: Uint8Array } | null;
  /** Its last `bytes` bytes, or all there are; null when there is no such blob. */
  end(id: string, bytes: number): Uint8Array | null;
}

export interface McpServerTable {
  insert(server: McpServer): void;
  /** Writes `transport` and `enabled`. */
  update(server: McpServer): void;
  get(id: string): McpServer | null;
  /** all, by name */
  list(): McpServer[];
  remove(id: string): void;
}

/** Values are stored as JSON. */
export interface SettingTable {
  /** undefined when never set */
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

/**
 * The one database of a server: every table behind a few named operations, all synchronous, SQL nowhere else.
 *
 * Statements throw PilotlightError: `store_full` (disk or quota), `store_corrupt`, `store_readonly`, `conflict` (a row
 * that exists already or names one that does not). What was committed before stays.
 */
export interface Store extends Disposable {
  /** the database file */
  readonly file: string;
  /** All of `work` or nothing, `synced` unless told otherwise. Nested calls join the outer transaction. */
  transaction<T>(work: () => T, durability?: Durability): T;
  readonly inTransaction: boolean;
  /** Resolves when everything committed so far, `written` included, is on the disk; the event loop goes on meanwhile. */
  synced(): Promise<void>;
  readonly projects: ProjectTable;
  readonly sessions: SessionTable;
  readonly worktrees: WorktreeTable;
  readonly chats: ChatTable;
  readonly turns: TurnTable;
  readonly messages: MessageTable;
  readonly agentSessions: AgentSessionTable;
  readonly permissions: PermissionTable;
  readonly policies: PolicyTable;
  readonly turnUsage: TurnUsageTable;
  readonly budgets: BudgetTable;
  readonly tasks: TaskTable;
  readonly comparisons: ComparisonTable;
  readonly schedules: ScheduleTable;
  readonly triggers: TriggerTable;
  readonly checkpoints: CheckpointTable;
  readonly removedSessions: RemovedSessionTable;
  readonly reviews: ReviewTable;
  readonly reviewActions: ReviewActionTable;
  readonly scripts: ScriptTable;
  readonly blobs: BlobTable;
  readonly settings: SettingTable;
  readonly mcpServers: McpServerTable;
  /** for the journal only */
  readonly frames: FrameTable;
  /** for the journal only */
  readonly topics: TopicTable;
  /** bytes of the database and its write-ahead log on disk */
  sizeBytes(): number;
  /** One small step of housekeeping (some milliseconds); true while more is to do. Not inside a transaction. */
  tidy(): boolean;
  /** Empties a write-ahead log that grew by over 1 MiB since the last call (some milliseconds). Not inside a transaction. */
  shortenLog(): void;
}
