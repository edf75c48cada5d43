import type {
  AgentConversation,
  AddPolicyRule,
  AgentInfo,
  AgentLogin,
  AgentSession,
  AnswerPermission,
  BranchList,
  Budget,
  CancelAnswer,
  Chat,
  ChatFrame,
  ChatSearch,
  ChatState,
  CreateChat,
  CreateMcpServer,
  CreateProject,
  CreateSession,
  Comparison,
  ComparisonWithTasks,
  CreateComparison,
  CreateSchedule,
  CreateTask,
  CreateTrigger,
  Occurrences,
  RetryTask,
  Schedule,
  Trigger,
  TriggerWithSecret,
  UpdateSchedule,
  UpdateTask,
  UpdateTrigger,
  DryRunPolicy,
  FolderList,
  Frame,
  Health,
  ImportAgentSession,
  IndexFrame,
  IndexState,
  McpServerInfo,
  McpServerList,
  LogIn,
  MessagePage,
  Permission,
  Policy,
  PolicyDryRun,
  PolicyScope,
  ProcessInfo,
  Project,
  RemoveSessionAnswer,
  RepairedSession,
  RepositoryList,
  Session,
  SessionWithChat,
  SetBudget,
  SetKey,
  Settings,
  SubmitPrompt,
  Task,
  TopicState,
  Turn,
  UpdateAgentSession,
  UpdateChat,
  UpdatePolicy,
  UpdateMcpServer,
  UpdateHold,
  UpdateProject,
  UpdateSession,
  UpdateSettings,
  UpdateTurn,
  UsageQuery,
  UsageReport,
  WorktreeFile,
  WorktreeFiles,
  ServerStopping,
  StaleThing,
  StopHow,
} from '@pilotlight/protocol';
import type { CheckpointClient } from './checkpoint-client.ts';
import type { ReviewClient } from './review-client.ts';
import type { ScriptClient } from './script-client.ts';
import type { InstallOptions } from './install-agent.ts';
import type { ConnectionStatus, FollowHandlers } from './topic-follow.ts';
import type { WaitForTaskOptions } from './wait-for-task.ts';
import type { WaitOptions } from './wait-for-turn.ts';

/** A running follow; disposing (or aborting its signal) ends it. */
export interface Following<S extends TopicState = TopicState> extends Disposable {
  readonly topic: string;
  /** null until the first snapshot */
  readonly state: S | null;
  readonly status: ConnectionStatus;
}

export type FollowOptions<S extends TopicState, F extends Frame> = FollowHandlers<S, F> & {
  signal?: AbortSignal;
};

/**
 * Everything a server can be asked, one method an operation. Each throws PilotlightError with the server's code, or
 * `server_unreachable` with the address in `details.url`.
 */
export interface Client {
  readonly url: string;
  health(signal?: AbortSignal): Promise<Health>;
  getSettings(): Promise<Settings>;
  updateSettings(body: UpdateSettings): Promise<Settings>;
  listBudgets(): Promise<Budget[]>;
  /** `subject`: `day`, or the id of a chat or session. */
  setBudget(subject: string, body: SetBudget): Promise<Budget>;
  removeBudget(subject: string): Promise<void>;
  /** What waits in the chat starts now; one turn may go over a budget. */
  goOn(chatId: string): Promise<Chat>;
  /** Whether a chat that waits for a usage limit goes on by itself. */
  updateHold(chatId: string, body: UpdateHold): Promise<Chat>;
  /** How to log in to an agent; starts it for a moment. */
  agentLogin(id: string): Promise<AgentLogin>;
  /** Somebody has logged in, or `methodId`: the agent is to; what waits for it goes on. */
  logIn(id: string, body?: LogIn): Promise<AgentLogin>;
  /** What waits for the agent goes on with the key. */
  setKey(id: string, body: SetKey): Promise<AgentLogin>;
  /** Forgets the keys that were set for the agent. */
  removeKeys(id: string): Promise<void>;
  /** Of ended turns; `by` day and of everything unless told. */
  usage(query?: UsageQuery): Promise<UsageReport>;
  /** Resolves when the server begins to stop. */
  stopServer(how?: StopHow): Promise<ServerStopping>;
  /**
   * A one-time sign-in link for a browser, and when it expires (epoch ms).
   * @param to the place in the page it leads to, such as `/sessions/ses_…`
   */
  createSignInLink(to?: string): Promise<{ url: string; expiresAt: number }>;

  /** Folders of the server's machine; `path` absolute or beginning with `~`, the home folder when left out. */
  listFolders(wanted?: { path?: string; hidden?: boolean }): Promise<FolderList>;
  /** Repositories below the home folder, the last used one first; takes up to 1.5 s. */
  listRepositories(): Promise<RepositoryList>;

  createProject(body: CreateProject): Promise<Project>;
  listProjects(): Promise<Project[]>;
  getProject(id: string): Promise<Project>;
  /** What a session of the project may start from, newest first. */
  listBranches(projectId: string): Promise<BranchList>;
  /** Where the folder of a project is that was moved. @throws `conflict` while the old one is there */
  updateProject(id: string, body: UpdateProject): Promise<Project>;
  removeProject(id: string): Promise<void>;

  createSession(body: CreateSession): Promise<SessionWithChat>;
  listSessions(projectId?: string): Promise<Session[]>;
  getSession(id: string): Promise<Session>;
  updateSession(id: string, body: UpdateSession): Promise<Session>;
  /** It can be brought back for 30 days. `keep`: what is not committed is kept too, and does not hinder it. */
  removeSession(id: string, uncommitted?: 'refuse' | 'keep'): Promise<RemoveSessionAnswer>;
  readonly checkpoints: CheckpointClient;

  /** Of a worktree that was moved or deleted: brings it back. @throws `conflict`, `worktree_failed` */
  repairSession(id: string): Promise<RepairedSession>;

  /** Files of the session's folder, relative to it; with a query the best matches first. At most `limit`, 50 unless told. */
  findFiles(
    sessionId: string,
    options?: { query?: string; limit?: number; signal?: AbortSignal },
  ): Promise<WorktreeFiles>;
  /** At most the first MAX_TEXT_BYTES of a file. */
  readFile(sessionId: string, path: string, signal?: AbortSignal): Promise<WorktreeFile>;

  /** What a session changed, and what becomes of it. */
  readonly review: ReviewClient;
  /** What its `.pilotlight.json` names. */
  readonly scripts: ScriptClient;

  createChat(sessionId: string, body: CreateChat): Promise<Chat>;
  listChats(sessionId?: string): Promise<Chat[]>;
  getChat(id: string): Promise<Chat>;
  updateChat(id: string, body: UpdateChat): Promise<Chat>;
  /** Somebody looked at the chat: it is no longer `unseen`, for every client. Safe to repeat. */
  markChatSeen(id: string): Promise<void>;
  removeChat(id: string): Promise<void>;
  listMessages(chatId: string, page?: { before?: string; limit?: number }): Promise<MessagePage>;
  /** Finds a text in all messages of a chat, newest first. At most `limit` hits, 50 unless told. */
  searchChat(
    chatId: string,
    query: string,
    options?: { limit?: number; signal?: AbortSignal },
  ): Promise<ChatSearch>;
  /** Of all chats, the cold ones too, with why they were released. */
  listAgentSessions(): Promise<AgentSession[]>;
  /** `pinned`: keep it warm. */
  updateAgentSession(chatId: string, agent: string, body: UpdateAgentSession): Promise<AgentSession>;
  /** The next prompt resumes the conversation. */
  releaseAgentSession(chatId: string, agent: string): Promise<void>;

  /** Sending the same id again answers the same turn: a call that failed on the way may be repeated. */
  submitPrompt(chatId: string, body: SubmitPrompt): Promise<Turn>;
  listQueue(chatId: string): Promise<Turn[]>;
  reorderQueue(chatId: string, turnIds: string[]): Promise<Turn[]>;
  getTurn(id: string): Promise<Turn>;
  updateTurn(id: string, body: UpdateTurn): Promise<Turn>;
  removeTurn(id: string): Promise<void>;
  cancelTurn(id: string): Promise<CancelAnswer>;
  cancelChat(chatId: string): Promise<CancelAnswer>;

  listPermissions(filter?: { state?: Permission['state']; chatId?: string }): Promise<Permission[]>;
  getPermission(id: string): Promise<Permission>;
  answerPermission(id: string, body: AnswerPermission): Promise<Permission>;

  /** What is answered without asking, of a project or a session; one that was never changed is empty. */
  getPolicy(scope: PolicyScope, scopeId: string): Promise<Policy>;
  /** What is left out stays; `revision` refuses the change when somebody else made one since. */
  updatePolicy(scope: PolicyScope, scopeId: string, body: UpdatePolicy): Promise<Policy>;
  /** The first rule, unless `at` says otherwise. */
  addPolicyRule(scope: PolicyScope, scopeId: string, body: AddPolicyRule): Promise<Policy>;
  removePolicyRule(scope: PolicyScope, scopeId: string, ruleId: string): Promise<Policy>;
  /** What rules and a mode would have done with what was asked there before. */
  dryRunPolicy(
    scope: PolicyScope,
    scopeId: string,
    body: DryRunPolicy,
    signal?: AbortSignal,
  ): Promise<PolicyDryRun>;

  /** `turn` is null while the task waits for a place. */
  createTask(body: CreateTask): Promise<{ task: Task; turn: Turn | null }>;
  listTasks(projectId?: string): Promise<Task[]>;
  getTask(id: string): Promise<Task>;
  updateTask(id: string, body: UpdateTask): Promise<Task>;
  cancelTask(id: string): Promise<Task>;
  /** A new task with the same text. */
  retryTask(id: string, body: RetryTask): Promise<{ task: Task; turn: Turn | null }>;
  /** Its session stays. */
  removeTask(id: string): Promise<void>;
  createComparison(body: CreateComparison): Promise<ComparisonWithTasks>;
  listComparisons(): Promise<Comparison[]>;
  getComparison(id: string): Promise<ComparisonWithTasks>;
  /** The sessions of the other tasks are let go. */
  keepOne(comparisonId: string, taskId: string): Promise<ComparisonWithTasks>;
  removeComparison(id: string): Promise<void>;
  createSchedule(body: CreateSchedule): Promise<Schedule>;
  listSchedules(): Promise<Schedule[]>;
  getSchedule(id: string): Promise<Schedule>;
  updateSchedule(id: string, body: UpdateSchedule): Promise<Schedule>;
  removeSchedule(id: string): Promise<void>;
  /** The next times of a cron expression. */
  nextOccurrences(cron: string, timeZone?: string, signal?: AbortSignal): Promise<Occurrences>;
  createTrigger(body: CreateTrigger): Promise<TriggerWithSecret>;
  listTriggers(): Promise<Trigger[]>;
  getTrigger(id: string): Promise<Trigger>;
  updateTrigger(id: string, body: UpdateTrigger): Promise<TriggerWithSecret>;
  removeTrigger(id: string): Promise<void>;

  listAgents(): Promise<AgentInfo[]>;
  installAgent(id: string, options?: InstallOptions): Promise<AgentInfo>;
  /** Conversations the agent has of the project's folder, the newest first, wherever they were begun. */
  listAgentConversations(agent: string, projectId: string): Promise<AgentConversation[]>;
  /** A chat with the history of one of them, which goes on with it. */
  importAgentSession(agent: string, body: ImportAgentSession): Promise<SessionWithChat>;
  listProcesses(): Promise<ProcessInfo[]>;

  /** Those of every project and, with a project, its own. */
  listMcpServers(projectId?: string): Promise<McpServerList>;
  /** Agent sessions that are opened from now on have it. */
  createMcpServer(body: CreateMcpServer): Promise<McpServerInfo>;
  updateMcpServer(id: string, body: UpdateMcpServer): Promise<McpServerInfo>;
  removeMcpServer(id: string): Promise<void>;
  /** Kept by the server in a file of its own; no answer ever says it. */
  setMcpSecret(name: string, value: string): Promise<void>;
  removeMcpSecret(name: string): Promise<void>;

  getBlob(id: string): Promise<Uint8Array>;

  /** Keeps the state of a topic over lost connections and restarts of the server. */
  follow(topic: string, options: FollowOptions<TopicState, Frame>): Following;
  /** Tells when the session's folder changed, also by others than agents, or a script wrote something. Call it to end. */
  watchSession(sessionId: string, onStale: (what: StaleThing) => void): () => void;
  followChat(chatId: string, options: FollowOptions<ChatState, ChatFrame>): Following<ChatState>;
  followIndex(options: FollowOptions<IndexState, IndexFrame>): Following<IndexState>;
  /** The turn once it has ended, in whatever way. */
  waitForTurn(chatId: string, turnId: string, options?: WaitOptions): Promise<Turn>;
  /** The task once it is over, or as `until` says. */
  waitForTask(id: string, options?: WaitForTaskOptions): Promise<Task>;
}
