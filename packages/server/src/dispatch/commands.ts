import type {
  AgentConversation,
  AddPolicyRule,
  AgentInfo,
  AgentList,
  AgentLogin,
  AgentSession,
  AnswerPermission,
  BranchList,
  Budget,
  Chat,
  CreateChat,
  CreateMcpServer,
  CreateProject,
  CreateSession,
  CreateTask,
  DryRunPolicy,
  FolderList,
  Health,
  ImportAgentSession,
  McpServerInfo,
  McpServerList,
  LogIn,
  Permission,
  Policy,
  PolicyDryRun,
  PolicyScope,
  ProcessInfo,
  Project,
  RemoveSessionAnswer,
  RepairedSession,
  RepositoryList,
  ReorderQueue,
  ScriptOutput,
  ScriptRun,
  Session,
  SessionScripts,
  SetBudget,
  SetKey,
  Settings,
  RetryTask,
  SubmitPrompt,
  Task,
  Turn,
  UpdateAgentSession,
  UpdateChat,
  UpdatePolicy,
  UpdateMcpServer,
  UpdateHold,
  UpdateProject,
  UpdateSession,
  UpdateSettings,
  UpdateTask,
  UpdateTurn,
  UsageQuery,
  UsageReport,
  WorktreeFile,
  WorktreeFiles,
} from '@pilotlight/protocol';
import type { z } from 'zod';
import type { SessionViewer } from './worktree-watches.ts';
import type { CheckpointCommands } from './checkpoints/checkpoint-commands.ts';
import type { Comparisons } from './tasks/comparisons.ts';
import type { Schedules } from './tasks/schedules.ts';
import type { MadeTask } from './tasks/tasks.ts';
import type { Triggers } from './tasks/triggers.ts';
import type { ReviewCommands } from './review/review-commands.ts';

/**
 * Everything a client can ask for, one method a command. HTTP checks the words (schemas) and calls these; each throws
 * PilotlightError with the code of the contract, and when it returns, what it did is on disk.
 */
export interface Commands {
  /** `path` absolute or beginning with `~`. @throws `not_found`, `forbidden`, `invalid_request` */
  listFolders(wanted: { path?: string; hidden?: boolean }): Promise<FolderList>;
  listRepositories(): Promise<RepositoryList>;

  createProject(body: CreateProject): Promise<Project>;
  listProjects(): Project[];
  getProject(id: string): Project;
  /** Of a plain folder none. @throws `git_failed` */
  listBranches(projectId: string): Promise<BranchList>;
  /** @throws `conflict` while the old folder is there, `invalid_request` */
  updateProject(id: string, body: UpdateProject): Promise<Project>;
  /** Forgets the project; its folder stays. @throws `conflict` while it has sessions */
  removeProject(id: string): Promise<void>;

  createSession(body: CreateSession): Promise<{ session: Session; chat: Chat }>;
  listSessions(projectId?: string): Session[];
  getSession(id: string): Session;
  updateSession(id: string, body: UpdateSession): Session;
  /**
   * It can be brought back for 30 days. @throws `worktree_dirty` while anything is not committed (`keep`: that cannot be
   * kept), `conflict` while a turn runs
   */
  removeSession(id: string, uncommitted: 'refuse' | 'keep'): Promise<RemoveSessionAnswer>;
  checkpoints: CheckpointCommands;

  /** Of a worktree that is gone. @throws `conflict`, `worktree_failed` */
  repairSession(id: string): Promise<RepairedSession>;

  /** Files of the session's folder, the best matches of `query` first. */
  findFiles(sessionId: string, query: string, limit: number): Promise<WorktreeFiles>;
  /** @throws `path_outside`, `file_not_found` */
  readFile(sessionId: string, path: string): Promise<WorktreeFile>;

  /** What a session changed, and what becomes of it. */
  readonly review: ReviewCommands;
  /** Tells a viewer that the session's folder changed, until that is disposed. @throws `session_not_found` */
  watchSession(sessionId: string, viewer: SessionViewer): Disposable;

  /** What the session's `.pilotlight.json` names, and how it went. */
  describeScripts(sessionId: string): Promise<SessionScripts>;
  /** @throws `conflict` when the file is another than the one with that hash */
  allowScripts(sessionId: string, hash: string): Promise<SessionScripts>;
  /** @throws `forbidden` before it was allowed, `not_found`, `config_invalid`, `conflict` while it runs */
  startScript(sessionId: string, name: string): Promise<ScriptRun>;
  /** With its whole process group; nothing when it does not run. */
  stopScript(sessionId: string, name: string): Promise<void>;
  /** @throws `not_found` for one that never ran */
  scriptOutput(sessionId: string, name: string): ScriptOutput;

  createChat(sessionId: string, body: CreateChat): Promise<Chat>;
  listChats(sessionId?: string): Chat[];
  getChat(id: string): Chat;
  updateChat(id: string, body: UpdateChat): Chat;
  /** Somebody looked at the chat; safe to repeat. */
  markChatSeen(id: string): void;
  removeChat(id: string): Promise<void>;

  /** `created` is false when the id was taken before: the same turn comes back and nothing new runs. */
  submitPrompt(chatId: string, body: SubmitPrompt): Promise<{ turn: Turn; created: boolean }>;
  getTurn(id: string): Turn;
  listQueue(chatId: string): Turn[];
  updateTurn(id: string, body: UpdateTurn): Turn;
  removeTurn(id: string): void;
  reorderQueue(chatId: string, body: ReorderQueue): Turn[];
  /** Cancels a running turn (asynchronously) or a queued one (at once). @throws `turn_terminal` */
  cancelTurn(id: string): Turn;
  /** Cancels what the chat runs now; null when it runs nothing. */
  cancelChat(chatId: string): Turn | null;

  listPermissions(filter: { state?: Permission['state']; chatId?: string }): Permission[];
  getPermission(id: string): Permission;
  answerPermission(id: string, body: AnswerPermission): Permission;

  /** Of a project or session; one that was never changed is empty. */
  getPolicy(scope: PolicyScope, scopeId: string): Policy;
  /** @throws `conflict` when it was changed since `revision` */
  updatePolicy(scope: PolicyScope, scopeId: string, body: UpdatePolicy): Policy;
  addPolicyRule(scope: PolicyScope, scopeId: string, body: AddPolicyRule): Policy;
  removePolicyRule(scope: PolicyScope, scopeId: string, ruleId: string): Policy;
  /** What rules and a mode would have done with what was asked there before. */
  dryRunPolicy(scope: PolicyScope, scopeId: string, body: DryRunPolicy): PolicyDryRun;

  /** `turn` is null while the task waits for a place. */
  createTask(body: z.output<typeof CreateTask>): Promise<MadeTask>;
  listTasks(projectId?: string): Task[];
  getTask(id: string): Task;
  updateTask(id: string, body: UpdateTask): Task;
  cancelTask(id: string): Task;
  retryTask(id: string, body: RetryTask): Promise<MadeTask>;
  removeTask(id: string): void;
  readonly comparisons: Pick<Comparisons, 'list' | 'get' | 'create' | 'keep' | 'remove'>;
  readonly schedules: Pick<Schedules, 'list' | 'get' | 'create' | 'update' | 'remove' | 'preview'>;
  readonly triggers: Pick<Triggers, 'list' | 'get' | 'create' | 'update' | 'remove' | 'checkSecret' | 'use'>;

  listAgents(): Promise<AgentList>;
  /** Long: installs the pinned version; `onLine` gets npm's words. */
  installAgent(
    id: string,
    options: { version?: string; signal: AbortSignal; onLine(line: string): void },
  ): Promise<AgentInfo>;
  /** Starts the agent for a moment. */
  agentLogin(id: string): Promise<AgentLogin>;
  /** What waits for the agent goes on. @throws `agent_login_required` when it could not log in by that method */
  logIn(id: string, body: LogIn): Promise<AgentLogin>;
  setKey(id: string, body: SetKey): Promise<AgentLogin>;
  removeKeys(id: string): Promise<void>;
  /** @throws `agent_unsupported` */
  listAgentConversations(agent: string, projectId: string): Promise<AgentConversation[]>;
  /** @throws `conflict`, `not_found`, `agent_unsupported` */
  importAgentSession(agent: string, body: ImportAgentSession): Promise<{ session: Session; chat: Chat }>;
  listProcesses(): Promise<ProcessInfo[]>;
  listAgentSessions(): AgentSession[];
  /** @throws `not_found` before the agent's first turn in the chat */
  updateAgentSession(chatId: string, agent: string, body: UpdateAgentSession): AgentSession;
  /** Ends the agent session of (chat, agent) gracefully; the next prompt resumes it. */
  releaseAgentSession(chatId: string, agent: string): Promise<void>;
  /** What waits starts now; one turn may go over a budget. */
  goOn(chatId: string): Chat;
  /** @throws `conflict` when the chat waits for no usage limit */
  updateHold(chatId: string, body: UpdateHold): Chat;
  listBudgets(): Budget[];
  /** @throws `not_found` for a subject that is neither `day` nor a chat or session */
  setBudget(subject: string, body: SetBudget): Budget;
  removeBudget(subject: string): void;
  /** Of ended turns, those of removed chats too. */
  usage(query: UsageQuery): UsageReport;
  getSettings(): Settings;
  updateSettings(body: UpdateSettings): Settings;

  listMcpServers(projectId?: string): McpServerList;
  /** @throws `conflict`, `project_not_found`, `invalid_request` for a secret that is no reference */
  createMcpServer(body: z.output<typeof CreateMcpServer>): McpServerInfo;
  updateMcpServer(id: string, body: z.output<typeof UpdateMcpServer>): McpServerInfo;
  removeMcpServer(id: string): void;
  setMcpSecret(name: string, value: string): void;
  removeMcpSecret(name: string): void;

  health(): Health;
}
