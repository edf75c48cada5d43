import { z } from 'zod';
import {
  AgentSession,
  Chat,
  Choice,
  DiffStat,
  Message,
  Permission,
  Project,
  ResidencyState,
  Session,
  Turn,
} from './entities.ts';
import { ErrorInfo } from './errors.ts';
import { AgentId, Content, Name, Revision } from './fields.ts';
import { ProjectId, TurnId } from './id-schemas.ts';
import { MAX_QUEUED_TURNS } from './limits.ts';
import { AgentCommand, ConfigOption } from './provider-types.ts';
import { DEFAULT_TASK_LIMITS, TaskLimits, UpdateTaskLimits } from './task.ts';

/** Version of the HTTP and WebSocket surface; `GET /api/health` and the WebSocket `hello` carry it. */
export const API_VERSION = 1;

// ── requests ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** POST /api/projects. Registering a folder a second time answers the project it already is. */
export const CreateProject = z.strictObject({ path: z.string().min(1), name: Name.optional() });
export type CreateProject = z.infer<typeof CreateProject>;

/** characters of `about`; a title has far fewer */
export const MOST_ABOUT = 1000;

/**
 * POST /api/sessions. The first chat is made with it. `base` is what its worktree starts from (HEAD when left out); a pull
 * request is fetched first, 502 when its remote does not give it. 422 when the repository has no such commit, or when the session gets no worktree. One that could not begin is refused: its
 * agent is not installed, its repository has no commit, its folder is gone. `about`: the first prompt to come, or its beginning,
 * after which session and branch are called where there is no title. It is expected at once: its branch is named and its agent
 * session opened meanwhile, so that it need not wait for them.
 */
export const CreateSession = z.strictObject({
  projectId: ProjectId,
  title: Name.optional(),
  about: z.string().max(MOST_ABOUT).optional(),
  base: Revision.optional(),
  inPlace: z.boolean().default(false),
  agent: AgentId.optional(),
});
export type CreateSession = z.input<typeof CreateSession>;

/** PATCH /api/sessions/:id */
export const UpdateSession = z.strictObject({ title: Name.optional(), archived: z.boolean().optional() });
export type UpdateSession = z.infer<typeof UpdateSession>;

/** PATCH /api/projects/:id. `path`: where the folder of a project is now that was moved; 409 while the old one is there. */
export const UpdateProject = z.strictObject({ path: z.string().min(1) });
export type UpdateProject = z.infer<typeof UpdateProject>;

/**
 * POST /api/sessions/:id/repair, of a worktree that is gone. `present`: nothing was wrong. `moved`: it lies elsewhere.
 * `linked`: folder and repository had lost each other. `recreated`: made again from its branch.
 */
export interface RepairedSession {
  session: Session;
  how: 'present' | 'moved' | 'linked' | 'recreated';
  /** of the kept state whose files are in it again (epoch ms); null: none, so what was not committed is not in it */
  stateOf: number | null;
}

/** POST /api/sessions/:id/chats */
export const CreateChat = z.strictObject({ title: Name.optional(), agent: AgentId.optional() });
export type CreateChat = z.infer<typeof CreateChat>;

/** PATCH /api/chats/:id. `choice` is kept for that agent and applied again after every resume. */
export const UpdateChat = z.strictObject({
  title: Name.optional(),
  agent: AgentId.optional(),
  choice: Choice.optional(),
});
export type UpdateChat = z.infer<typeof UpdateChat>;

/** PATCH /api/chats/:id/agent-sessions/:agent. `pinned`: keep it warm; 404 before the agent's first turn in the chat. */
export const UpdateAgentSession = z.strictObject({ pinned: z.boolean() });
export type UpdateAgentSession = z.infer<typeof UpdateAgentSession>;

/**
 * POST /api/chats/:id/prompts. `id` is the turn's id, made by the client (`newId('turn')`): sending the same id again
 * answers the same turn and runs nothing twice.
 */
export const SubmitPrompt = z.strictObject({
  id: TurnId,
  content: Content,
  agent: AgentId.optional(),
  model: z.string().min(1).optional(),
});
export type SubmitPrompt = z.infer<typeof SubmitPrompt>;

/** PATCH /api/turns/:id, only while the turn is queued */
export const UpdateTurn = z.strictObject({
  content: Content.optional(),
  agent: AgentId.optional(),
  model: z.string().min(1).nullable().optional(),
});
export type UpdateTurn = z.infer<typeof UpdateTurn>;

/** PUT /api/chats/:id/queue: the queued turns in their new order; those not named keep their order behind them. */
export const ReorderQueue = z.strictObject({ turnIds: z.array(TurnId).max(MAX_QUEUED_TURNS) });
export type ReorderQueue = z.infer<typeof ReorderQueue>;

/**
 * POST /api/server/stop. `leave` (default): idle agents end, running turns go on and the next server takes them up. `all`:
 * nothing goes on. `hand_over`: everything goes on, for a server that comes at once.
 */
export const StopServer = z.strictObject({ how: z.enum(['leave', 'all', 'hand_over']).optional() });
export type StopServer = z.infer<typeof StopServer>;
/** Answer of it. `turnsGoOn`: running turns do not end with the server. */
export interface ServerStopping {
  stopping: true;
  turnsGoOn: boolean;
}
export type StopHow = NonNullable<StopServer['how']>;

/** GET /api/settings: of this server, for all its clients. */
export const Settings = z.object({
  /**
   * An interrupted turn goes on by itself: the next server sends "Continue where you stopped." before what waits. Once for a
   * turn, never for one that is such a continuation itself, nor for one that somebody stopped or cancelled.
   */
  continueInterrupted: z.boolean(),
  /** A chat whose agent has reached a usage limit goes on by itself when the limit resets. */
  goOnAfterLimit: z.boolean().default(false),
  taskLimits: TaskLimits.default(DEFAULT_TASK_LIMITS),
});
export type Settings = z.infer<typeof Settings>;

/** PATCH /api/settings */
export const UpdateSettings = z.strictObject({
  continueInterrupted: z.boolean().optional(),
  goOnAfterLimit: z.boolean().optional(),
  taskLimits: UpdateTaskLimits.optional(),
});
export type UpdateSettings = z.infer<typeof UpdateSettings>;

/** POST /api/permissions/:id/answer. For a permission `optionId`; for a question `answers` or `declined`. */
export const AnswerPermission = z
  .strictObject({
    optionId: z.string().optional(),
    answers: z.record(z.string(), z.array(z.string())).optional(),
    declined: z.boolean().optional(),
    /** said to the agent along with a refusal, where it can hear it */
    message: z.string().max(10_000).optional(),
    /**
     * where an "always" is kept as a rule: `session` when left out. `agent`: no rule, the agent is told "always" and
     * remembers it in its own way.
     */
    remember: z.enum(['session', 'project', 'agent']).optional(),
    by: z
      .string()
      .max(40)
      .refine((by) => !['rule', 'mode', 'deadline'].includes(by), 'is a word of the server')
      .optional(),
  })
  .refine(
    (answer) => answer.optionId !== undefined || answer.answers !== undefined || answer.declined === true,
    {
      message: 'say one of optionId, answers, declined',
    },
  );
export type AnswerPermission = z.infer<typeof AnswerPermission>;

// ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const Circuit = z.object({
  agent: z.string(),
  state: z.enum(['closed', 'open', 'half_open']),
  failures: z.number().int(),
  /** epoch ms at which an open circuit is tried again */
  retryAt: z.number().nullable(),
  lastError: ErrorInfo.nullable(),
});

/** GET /api/health */
export const Health = z.object({
  status: z.enum(['up', 'degraded', 'down']),
  version: z.string(),
  apiVersion: z.number().int(),
  serverId: z.string(),
  pid: z.number().int(),
  startedAt: z.number(),
  store: z.object({ state: z.enum(['up', 'down']), error: ErrorInfo.nullable(), bytes: z.number() }),
  backends: z.array(
    z.object({ kind: z.enum(['opencode_server', 'acp_warm']), state: z.enum(['up', 'down']) }),
  ),
  circuits: z.array(Circuit),
  /** `error`: what is wrong with agents.json; the built-in agents work as they are built in until it is mended */
  agents: z.object({ error: ErrorInfo.nullable() }),
});
export type Health = z.infer<typeof Health>;

/** GET /api/agents */
export const AgentInfo = z.object({
  id: z.string(),
  name: z.string(),
  backend: z.enum(['opencode_server', 'acp_warm']),
  /** `missing`: nothing to run was found; `hint` says how to get it */
  state: z.enum(['found', 'missing']),
  /** where its program is */
  command: z.string().nullable(),
  version: z.string().nullable(),
  hint: z.string().nullable(),
  builtIn: z.boolean(),
  installable: z.boolean(),
  /**
   * what it said last that can be chosen and typed, in any chat (`currentValue` is of that chat); empty when it was never
   * heard
   */
  options: z.array(ConfigOption),
  commands: z.array(AgentCommand),
});
export type AgentInfo = z.infer<typeof AgentInfo>;

/** GET /api/processes */
export const ProcessInfo = z.object({
  backend: z.enum(['opencode_server', 'acp_warm']),
  agent: z.string(),
  pid: z.number().int(),
  /** of the whole process tree, as `cpuMs`; null where it cannot be read */
  memoryBytes: z.number().nullable(),
  /** ms of processor time since it started */
  cpuMs: z.number().nullable(),
  startedAt: z.number(),
  /** when a turn in it last began or ended; null before the first */
  lastUsedAt: z.number().nullable(),
  state: ResidencyState,
  why: z.string(),
  chatIds: z.array(z.string()),
});
export type ProcessInfo = z.infer<typeof ProcessInfo>;

/** GET /api/chats/:id/messages, oldest first; `before` of the next page is the first message's id. */
export const MessagePage = z.object({
  messages: z.array(Message),
  turns: z.array(Turn),
  permissions: z.array(Permission),
  hasEarlier: z.boolean(),
});
export type MessagePage = z.infer<typeof MessagePage>;

/** Answer of POST /api/sessions */
export const SessionWithChat = z.object({ session: Session, chat: Chat });
export type SessionWithChat = z.infer<typeof SessionWithChat>;

/** Answer of a cancel: `turn` as it is now; the end of a running turn arrives as a frame. */
export const CancelAnswer = z.object({ turn: Turn.nullable() });
export type CancelAnswer = z.infer<typeof CancelAnswer>;

/** GET /api/projects/:id/branches, the newest commit first; of a plain folder an empty list. */
export const BranchList = z.object({
  /** the branch HEAD is on; null when it is on none */
  head: z.string().nullable(),
  branches: z.array(
    z.object({
      /** good as `base` of a session */
      name: z.string(),
      /** true: where a remote's branch was when it was last fetched */
      remote: z.boolean(),
      commit: z.string(),
      committedAt: z.number(),
      /** in some worktree of the repository */
      checkedOut: z.boolean(),
    }),
  ),
  /** true: there are more than are listed */
  truncated: z.boolean(),
});
export type BranchList = z.infer<typeof BranchList>;

const PlaceKind = z.enum(['git', 'folder']);

/** GET /api/folders?path=&hidden=: the folders in a folder of the server's machine (default: the home folder), by name. */
export const FolderList = z.object({
  /** absolute */
  path: z.string(),
  /** null for the root of the file system */
  parent: z.string().nullable(),
  /** `git`: a repository's working tree */
  kind: PlaceKind,
  folders: z.array(z.object({ name: z.string(), path: z.string(), kind: PlaceKind })),
  /** true: there are more than are listed */
  truncated: z.boolean(),
});
export type FolderList = z.infer<typeof FolderList>;

/** GET /api/repositories: git repositories below the home folder, the last used one first. */
export const RepositoryList = z.object({
  repositories: z.array(z.object({ name: z.string(), path: z.string(), usedAt: z.number() })),
  /** true: the search was ended by a limit of time or number */
  truncated: z.boolean(),
});
export type RepositoryList = z.infer<typeof RepositoryList>;

export const ProjectList = z.object({ projects: z.array(Project) });
export const SessionList = z.object({ sessions: z.array(Session) });
export const ChatList = z.object({ chats: z.array(Chat) });
export const QueueList = z.object({ turns: z.array(Turn) });
/** `error` as in `Health` */
export const AgentList = z.object({ agents: z.array(AgentInfo), error: ErrorInfo.nullable() });
export const PermissionList = z.object({ permissions: z.array(Permission) });
/** GET /api/agent-sessions: of all chats, the cold ones too, with why they were released. */
export const AgentSessionList = z.object({ agentSessions: z.array(AgentSession) });
export const ProcessList = z.object({ processes: z.array(ProcessInfo) });
export type ProjectList = z.infer<typeof ProjectList>;
export type SessionList = z.infer<typeof SessionList>;
export type ChatList = z.infer<typeof ChatList>;
export type QueueList = z.infer<typeof QueueList>;
export type AgentList = z.infer<typeof AgentList>;
export type PermissionList = z.infer<typeof PermissionList>;
export type AgentSessionList = z.infer<typeof AgentSessionList>;
export type ProcessList = z.infer<typeof ProcessList>;

/** DELETE /api/sessions/:id: what became of the worktree. The branch, and with it every commit, is kept. */
export const RemoveSessionAnswer = z.object({
  worktreeRemoved: z.boolean(),
  branch: z.string().nullable(),
  diff: DiffStat.nullable(),
});
export type RemoveSessionAnswer = z.infer<typeof RemoveSessionAnswer>;

/**
 * GET /api/agents/:id/sessions?projectId=: conversations the agent has of the project's folder, the newest first, wherever
 * they were begun. 409 `agent_unsupported` when it cannot list them.
 */
export const AgentConversation = z.object({
  agentSessionId: z.string(),
  title: z.string(),
  updatedAt: z.number().nullable(),
  /** the chat that goes on with it; null when none here does */
  chatId: z.string().nullable(),
});
export type AgentConversation = z.infer<typeof AgentConversation>;
export const AgentConversationList = z.object({ conversations: z.array(AgentConversation) });
export type AgentConversationList = z.infer<typeof AgentConversationList>;

/**
 * POST /api/agents/:id/sessions/import: a session in the project's own folder whose chat has the conversation's history and
 * goes on with it. 409 `conflict` (`details.chatId`) when a chat does already.
 */
export const ImportAgentSession = z.strictObject({
  projectId: ProjectId,
  agentSessionId: z.string().min(1).max(500),
  title: Name.optional(),
});
export type ImportAgentSession = z.infer<typeof ImportAgentSession>;
