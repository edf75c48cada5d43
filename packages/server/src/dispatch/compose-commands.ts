import { PilotlightError, type Health } from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';
import type { McpServers } from '../mcp/mcp-servers.ts';
import type { Scripts } from '../scripts/scripts.ts';
import type { Residency } from '../residency/residency.ts';
import type { AgentImports } from './agent-imports.ts';
import type { AgentCatalog } from './agent-catalog.ts';
import type { AgentLogins } from './agent-logins.ts';
import type { AgentSessionDesk } from './agent-session-desk.ts';
import type { Budgets } from './budgets.ts';
import type { Catalog } from './catalog.ts';
import type { CheckpointCommands } from './checkpoints/checkpoint-commands.ts';
import type { ChatReleases } from './chat-releases.ts';
import type { Commands } from './commands.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { FolderBrowser } from './folder-browser.ts';
import type { Holds } from './holds.ts';
import type { PermissionDesk } from './permission-desk.ts';
import { dryRun } from './policies/dry-run.ts';
import type { PolicyBook } from './policies/policy-book.ts';
import type { Repairs } from './repairs.ts';
import type { Queue } from './queue.ts';
import type { Comparisons } from './tasks/comparisons.ts';
import type { Schedules } from './tasks/schedules.ts';
import type { Tasks } from './tasks/tasks.ts';
import type { Triggers } from './tasks/triggers.ts';
import type { ReviewCommands } from './review/review-commands.ts';
import { usageReport } from './usage-reports.ts';
import type { UserSettings } from './user-settings.ts';
import type { WorktreeReader } from './worktree-reader.ts';
import type { WorktreeWatches } from './worktree-watches.ts';

export interface CommandParts {
  store: Store;
  catalog: Catalog;
  folders: FolderBrowser;
  dispatcher: Dispatcher;
  queue: Queue;
  permissions: PermissionDesk;
  policies: PolicyBook;
  tasks: {
    commands: Tasks;
    comparisons: Comparisons;
    schedules: Schedules;
    triggers: Triggers;
    /** more or fewer may run at the same time now */
    limitsChanged(): void;
  };
  agents: AgentCatalog;
  sessions: AgentSessionDesk;
  residency: Residency;
  releases: ChatReleases;
  worktrees: WorktreeReader;
  scripts: Scripts;
  repairs: Repairs;
  watches: WorktreeWatches;
  checkpoints: CheckpointCommands;
  settings: UserSettings;
  mcpServers: McpServers;
  budgets: Budgets;
  logins: AgentLogins;
  holds: Holds;
  imports: AgentImports;
  review(submit: Commands['submitPrompt']): ReviewCommands;
  health(): Health;
}

/** The commands a client can give, each handed to the part that owns it. */
export function composeCommands(parts: CommandParts): Commands {
  const { store, catalog, folders, dispatcher, queue, permissions, tasks, agents } = parts;
  const { mcpServers, policies, releases, residency, sessions, worktrees } = parts;
  const submitPrompt: Commands['submitPrompt'] = async (chatId, body) => {
    const answer = dispatcher.submit(chatId, body);
    // The agent gets its prompt first, as soon as promises that are ready have run, and may work already; the client
    // hears "accepted" when the prompt is on the disk.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    await store.synced();
    return answer;
  };
  return {
    listFolders: (wanted) => folders.list(wanted),
    listRepositories: () => folders.repositories(),

    createProject: (body) => catalog.createProject(body),
    listProjects: () => store.projects.list(),
    getProject: (id) => catalog.getProject(id),
    listBranches: (id) => catalog.listBranches(id),
    updateProject: (id, { path }) => parts.repairs.moveProject(id, path),
    removeProject: async (id) => catalog.removeProject(id),

    createSession: (body) => catalog.createSession(body),
    listSessions: (projectId) => store.sessions.list(projectId),
    getSession: (id) => catalog.getSession(id),
    updateSession: (id, body) => catalog.updateSession(id, body),
    removeSession: (id, uncommitted) => catalog.removeSession(id, uncommitted),
    checkpoints: parts.checkpoints,

    repairSession: (id) => parts.repairs.repairSession(id),
    findFiles: (sessionId, query, limit) => worktrees.files(sessionId, query, limit),
    readFile: (sessionId, path) => worktrees.file(sessionId, path),

    review: parts.review(submitPrompt),
    watchSession: (sessionId, viewer) => parts.watches.watch(sessionId, viewer),
    describeScripts: (sessionId) => parts.scripts.describe(sessionId),
    allowScripts: (sessionId, hash) => parts.scripts.allow(sessionId, hash),
    startScript: (sessionId, name) => parts.scripts.start(sessionId, name),
    stopScript: (sessionId, name) => parts.scripts.stop(sessionId, name),
    scriptOutput: (sessionId, name) => parts.scripts.output(sessionId, name),

    createChat: (sessionId, body) => catalog.createChat(sessionId, body),
    listChats: (sessionId) => store.chats.list(sessionId),
    getChat: (id) => catalog.getChat(id),
    updateChat: (id, body) => catalog.updateChat(id, body),
    markChatSeen: (id) => catalog.markSeen(id),
    removeChat: (id) => catalog.removeChat(id),

    submitPrompt,
    getTurn: (id) => dispatcher.getTurn(id),
    listQueue: (chatId) => queue.list(catalog.getChat(chatId).id),
    updateTurn: (id, body) => dispatcher.updateTurn(id, body),
    removeTurn: (id) => queue.remove(id),
    reorderQueue: (chatId, body) => queue.reorder(catalog.getChat(chatId).id, body),
    cancelTurn: (id) => dispatcher.cancelTurn(id),
    cancelChat: (chatId) => dispatcher.cancelChat(chatId),

    listPermissions: (filter) => store.permissions.list(filter),
    getPermission: (id) => {
      const permission = store.permissions.get(id);
      if (permission === null)
        throw new PilotlightError('permission_not_found', `There is no permission ${id}.`);
      return permission;
    },
    answerPermission: (id, body) => permissions.answer(id, body),

    getPolicy: (scope, scopeId) => policies.get(scope, scopeId),
    updatePolicy: (scope, scopeId, body) => policies.update(scope, scopeId, body),
    addPolicyRule: (scope, scopeId, { at, ...rule }) => policies.add(scope, scopeId, rule, at),
    removePolicyRule: (scope, scopeId, ruleId) => policies.remove(scope, scopeId, ruleId),
    dryRunPolicy: (scope, scopeId, body) =>
      dryRun(body, store.permissions.recent(scope, policies.get(scope, scopeId).scopeId, body.limit ?? 200)),

    createTask: async (body) => {
      const answer = await tasks.commands.create(body);
      await store.synced();
      return answer;
    },
    listTasks: (projectId) => store.tasks.list(projectId),
    getTask: (id) => tasks.commands.get(id),
    updateTask: (id, body) => tasks.commands.update(id, body),
    cancelTask: (id) => tasks.commands.cancel(id),
    retryTask: (id, body) => tasks.commands.retry(id, body),
    removeTask: (id) => tasks.commands.remove(id),
    comparisons: tasks.comparisons,
    schedules: tasks.schedules,
    triggers: tasks.triggers,

    listAgents: async () => ({ agents: await agents.list(), error: agents.error }),
    installAgent: (id, options) => agents.install(id, options),
    agentLogin: (id) => parts.logins.describe(id),
    logIn: (id, body) => parts.logins.logIn(id, body),
    setKey: (id, body) => parts.logins.setKey(id, body),
    removeKeys: (id) => parts.logins.removeKeys(id),
    listAgentConversations: (agent, projectId) => parts.imports.list(agent, projectId),
    importAgentSession: (agent, body) => parts.imports.import(agent, body),
    listProcesses: () => residency.processes(),
    listAgentSessions: () => store.agentSessions.list(),
    updateAgentSession: (chatId, agent, { pinned }) =>
      sessions.pin(catalog.getChat(chatId).id, agent, pinned),
    releaseAgentSession: async (chatId, agent) => {
      catalog.getChat(chatId);
      if (store.turns.active(chatId) !== null) {
        throw new PilotlightError('conflict', `A turn runs in chat ${chatId}; cancel it first.`);
      }
      await releases.release(chatId, agent);
    },
    goOn: (chatId) => parts.holds.goOn(catalog.getChat(chatId).id),
    updateHold: (chatId, { goesOn }) => parts.holds.decideGoOn(catalog.getChat(chatId).id, goesOn),
    listBudgets: () => parts.budgets.list(),
    setBudget: (subject, body) => {
      const budget = parts.budgets.set(subject, body);
      parts.holds.budgetsChanged();
      return budget;
    },
    removeBudget: (subject) => {
      parts.budgets.remove(subject);
      parts.holds.budgetsChanged();
    },
    usage: (query) => usageReport(store, query),
    getSettings: () => parts.settings.get(),
    updateSettings: (body) => {
      const settings = parts.settings.update(body);
      if (body.taskLimits !== undefined) tasks.limitsChanged();
      return settings;
    },
    listMcpServers: (projectId) => mcpServers.list(projectId),
    createMcpServer: (body) => mcpServers.create(body),
    updateMcpServer: (id, body) => mcpServers.update(id, body),
    removeMcpServer: (id) => mcpServers.remove(id),
    setMcpSecret: (name, value) => mcpServers.setSecret(name, value),
    removeMcpSecret: (name) => mcpServers.removeSecret(name),
    health: parts.health,
  };
}
