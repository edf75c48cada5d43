import { INDEX_TOPIC, chatTopic } from '@pilotlight/protocol';
import type {
  AgentConversationList,
  AgentList,
  AgentSessionList,
  BudgetList,
  ChatFrame,
  ChatList,
  ChatState,
  Frame,
  IndexFrame,
  IndexState,
  PermissionList,
  PolicyScope,
  ProcessList,
  ProjectList,
  QueueList,
  SessionList,
  TaskList,
  TopicState,
} from '@pilotlight/protocol';
import type { Client, FollowOptions, Following } from './client.ts';
import { HttpCaller } from './http-caller.ts';
import { installAgent } from './install-agent.ts';
import { LiveConnection } from './live-connection.ts';
import { scriptClient } from './script-client.ts';
import { checkpointClient } from './checkpoint-client.ts';
import { reviewClient } from './review-client.ts';
import { taskCalls } from './task-calls.ts';
import { waitForTask } from './wait-for-task.ts';
import { waitForTurn } from './wait-for-turn.ts';

export interface ClientOptions {
  /** for example `http://127.0.0.1:7766` */
  url: string;
  /** left out in a browser that is signed in by cookie */
  token?: string | undefined;
}

/** A client of one server. It connects when something is followed, and lets go when nothing is any more. */
export function createClient({ url, token }: ClientOptions): Client {
  const http = new HttpCaller(url, token);
  const live = new LiveConnection(http, token);
  const get = http.json.bind(http, 'GET') as <T>(
    path: string,
    options?: Parameters<HttpCaller['json']>[2],
  ) => Promise<T>;
  const send = http.json.bind(http);

  const follow = <S extends TopicState, F extends Frame>(
    topic: string,
    options: FollowOptions<S, F>,
  ): Following<S> => {
    const { signal, ...handlers } = options;
    signal?.throwIfAborted();
    // The topic decides the kind of its states and frames.
    const stop = live.follow(topic, handlers as unknown as FollowOptions<TopicState, Frame>);
    signal?.addEventListener('abort', stop, { once: true });
    return {
      topic,
      get state() {
        return live.stateOf(topic) as S | null;
      },
      get status() {
        return live.status;
      },
      [Symbol.dispose]: () => {
        signal?.removeEventListener('abort', stop);
        stop();
      },
    };
  };

  const client: Client = {
    url: http.url,
    health: (signal) => get('/api/health', { signal }),
    getSettings: () => get('/api/settings'),
    listBudgets: async () => (await get<BudgetList>('/api/budgets')).budgets,
    setBudget: (subject, body) => send('PUT', `/api/budgets/${enc(subject)}`, { body }),
    removeBudget: (subject) => send('DELETE', `/api/budgets/${enc(subject)}`),
    goOn: (chatId) => send('POST', `/api/chats/${enc(chatId)}/go-on`),
    updateHold: (chatId, body) => send('PATCH', `/api/chats/${enc(chatId)}/hold`, { body }),
    agentLogin: (id) => get(`/api/agents/${enc(id)}/login`),
    logIn: (id, body = {}) => send('POST', `/api/agents/${enc(id)}/login`, { body }),
    setKey: (id, body) => send('PUT', `/api/agents/${enc(id)}/key`, { body }),
    removeKeys: (id) => send('DELETE', `/api/agents/${enc(id)}/key`),
    usage: (query = {}) => get('/api/usage', { query }),
    updateSettings: (body) => send('PATCH', '/api/settings', { body }),
    stopServer: (how) => send('POST', '/api/server/stop', { body: how === undefined ? {} : { how } }),
    async createSignInLink(to) {
      const { path, expiresAt } = await send<{ path: string; expiresAt: number }>(
        'POST',
        '/api/sign-in-links',
      );
      return { url: http.url + path + (to === undefined ? '' : `&to=${enc(to)}`), expiresAt };
    },

    listFolders: ({ path, hidden } = {}) =>
      get('/api/folders', { query: { path, hidden: hidden === true ? 'true' : undefined } }),
    listRepositories: () => get('/api/repositories'),

    createProject: (body) => send('POST', '/api/projects', { body }),
    listProjects: async () => (await get<ProjectList>('/api/projects')).projects,
    getProject: (id) => get(`/api/projects/${enc(id)}`),
    listBranches: (projectId) => get(`/api/projects/${enc(projectId)}/branches`),
    updateProject: (id, body) => send('PATCH', `/api/projects/${enc(id)}`, { body }),
    removeProject: (id) => send('DELETE', `/api/projects/${enc(id)}`),

    createSession: (body) => send('POST', '/api/sessions', { body }),
    listSessions: async (projectId) =>
      (await get<SessionList>('/api/sessions', { query: { projectId } })).sessions,
    getSession: (id) => get(`/api/sessions/${enc(id)}`),
    updateSession: (id, body) => send('PATCH', `/api/sessions/${enc(id)}`, { body }),
    removeSession: (id, uncommitted) =>
      send('DELETE', `/api/sessions/${enc(id)}`, { query: { uncommitted } }),
    checkpoints: checkpointClient(http),

    repairSession: (id) => send('POST', `/api/sessions/${enc(id)}/repair`),
    findFiles: (sessionId, { signal, ...query } = {}) =>
      get(`/api/sessions/${enc(sessionId)}/files`, { query, signal }),
    readFile: (sessionId, path, signal) =>
      get(`/api/sessions/${enc(sessionId)}/file`, { query: { path }, signal }),

    review: reviewClient(http),
    scripts: scriptClient(http),

    createChat: (sessionId, body) => send('POST', `/api/sessions/${enc(sessionId)}/chats`, { body }),
    listChats: async (sessionId) => (await get<ChatList>('/api/chats', { query: { sessionId } })).chats,
    getChat: (id) => get(`/api/chats/${enc(id)}`),
    updateChat: (id, body) => send('PATCH', `/api/chats/${enc(id)}`, { body }),
    markChatSeen: (id) => send('POST', `/api/chats/${enc(id)}/seen`),
    removeChat: (id) => send('DELETE', `/api/chats/${enc(id)}`),
    listMessages: (chatId, page = {}) => get(`/api/chats/${enc(chatId)}/messages`, { query: page }),
    searchChat: (chatId, query, { signal, limit } = {}) =>
      get(`/api/chats/${enc(chatId)}/search`, { query: { query, limit }, signal }),
    listAgentSessions: async () => (await get<AgentSessionList>('/api/agent-sessions')).agentSessions,
    updateAgentSession: (chatId, agent, body) =>
      send('PATCH', `/api/chats/${enc(chatId)}/agent-sessions/${enc(agent)}`, { body }),
    releaseAgentSession: (chatId, agent) =>
      send('POST', `/api/chats/${enc(chatId)}/agent-sessions/${enc(agent)}/release`),

    submitPrompt: (chatId, body) => send('POST', `/api/chats/${enc(chatId)}/prompts`, { body }),
    listQueue: async (chatId) => (await get<QueueList>(`/api/chats/${enc(chatId)}/queue`)).turns,
    reorderQueue: async (chatId, turnIds) =>
      (await send<QueueList>('PUT', `/api/chats/${enc(chatId)}/queue`, { body: { turnIds } })).turns,
    getTurn: (id) => get(`/api/turns/${enc(id)}`),
    updateTurn: (id, body) => send('PATCH', `/api/turns/${enc(id)}`, { body }),
    removeTurn: (id) => send('DELETE', `/api/turns/${enc(id)}`),
    cancelTurn: (id) => send('POST', `/api/turns/${enc(id)}/cancel`),
    cancelChat: (chatId) => send('POST', `/api/chats/${enc(chatId)}/cancel`),

    listPermissions: async (filter = {}) =>
      (await get<PermissionList>('/api/permissions', { query: filter })).permissions,
    getPermission: (id) => get(`/api/permissions/${enc(id)}`),
    answerPermission: (id, body) => send('POST', `/api/permissions/${enc(id)}/answer`, { body }),

    getPolicy: (scope, scopeId) => get(policyPath(scope, scopeId)),
    updatePolicy: (scope, scopeId, body) => send('PUT', policyPath(scope, scopeId), { body }),
    addPolicyRule: (scope, scopeId, body) => send('POST', `${policyPath(scope, scopeId)}/rules`, { body }),
    removePolicyRule: (scope, scopeId, ruleId) =>
      send('DELETE', `${policyPath(scope, scopeId)}/rules/${enc(ruleId)}`),
    dryRunPolicy: (scope, scopeId, body, signal) =>
      send('POST', `${policyPath(scope, scopeId)}/dry-run`, { body, signal }),

    createTask: (body) => send('POST', '/api/tasks', { body }),
    listTasks: async (projectId) => (await get<TaskList>('/api/tasks', { query: { projectId } })).tasks,
    getTask: (id) => get(`/api/tasks/${enc(id)}`),
    ...taskCalls(http),

    listAgents: async () => (await get<AgentList>('/api/agents')).agents,
    installAgent: (id, options = {}) => installAgent(http, id, options),
    listAgentConversations: async (agent, projectId) =>
      (await get<AgentConversationList>(`/api/agents/${enc(agent)}/sessions`, { query: { projectId } }))
        .conversations,
    importAgentSession: (agent, body) => send('POST', `/api/agents/${enc(agent)}/sessions/import`, { body }),
    listProcesses: async () => (await get<ProcessList>('/api/processes')).processes,

    listMcpServers: (projectId) => get('/api/mcp-servers', { query: { projectId } }),
    createMcpServer: (body) => send('POST', '/api/mcp-servers', { body }),
    updateMcpServer: (id, body) => send('PATCH', `/api/mcp-servers/${enc(id)}`, { body }),
    removeMcpServer: (id) => send('DELETE', `/api/mcp-servers/${enc(id)}`),
    setMcpSecret: (name, value) => send('PUT', `/api/mcp-secrets/${enc(name)}`, { body: { value } }),
    removeMcpSecret: (name) => send('DELETE', `/api/mcp-secrets/${enc(name)}`),

    async getBlob(id) {
      const response = await http.response('GET', `/api/blobs/${enc(id)}`);
      return new Uint8Array(await response.arrayBuffer());
    },

    follow,
    followChat: (chatId, options) => follow<ChatState, ChatFrame>(chatTopic(chatId), options),
    followIndex: (options) => follow<IndexState, IndexFrame>(INDEX_TOPIC, options),
    waitForTask: (id, options) => waitForTask(client, id, options),
    watchSession: (sessionId, onStale) => live.watch(sessionId, onStale),
    waitForTurn: (chatId, turnId, options) => waitForTurn(client, chatId, turnId, options),
  };
  return client;
}

const enc = encodeURIComponent;

function policyPath(scope: PolicyScope, scopeId: string): string {
  return `/api/${scope}s/${enc(scopeId)}/policy`;
}
