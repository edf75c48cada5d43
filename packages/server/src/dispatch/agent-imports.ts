import {
  PilotlightError,
  chatTopic,
  newId,
  type AgentBackend,
  type AgentBackendKind,
  type AgentConversation,
  type Chat,
  type ImportAgentSession,
  type Message,
  type PastMessage,
  type Session,
  type Turn,
} from '@pilotlight/protocol';
import type { AgentTable } from '../backends/agent-spec.ts';
import type { CommitScope } from '../journal/journal.ts';
import type { Announcer } from './announcer.ts';
import type { Catalog } from './catalog.ts';
import { isFactEvent } from './chat-facts.ts';
import { promptToParts, titleOf } from './prompt-content.ts';
import { queuedTurn } from './queue.ts';
import { Recorder } from './recorder.ts';

export interface AgentImportsOptions {
  announcer: Announcer;
  agents: AgentTable;
  backends: ReadonlyMap<AgentBackendKind, AgentBackend>;
  catalog: Catalog;
}

/** Conversations that agents have of a project's folder, begun elsewhere, and their way into a chat. */
export class AgentImports {
  readonly #o: AgentImportsOptions;

  constructor(options: AgentImportsOptions) {
    this.#o = options;
  }

  /** @throws PilotlightError `agent_unknown`, `agent_unsupported`, `project_not_found`, and what a start throws */
  async list(agent: string, projectId: string): Promise<AgentConversation[]> {
    const { path } = this.#o.catalog.getProject(projectId);
    const backend = this.#backend(agent);
    if (backend.listSessions === undefined) throw unsupported(agent);
    const sessions = await backend.listSessions({ agent, cwd: path, projectId });
    return sessions
      .map((session) => ({ ...session, chatId: this.#chatOf(agent, session.agentSessionId) }))
      .toSorted((a, b) => (b.updatedAt ?? 0) - (a.updatedAt ?? 0));
  }

  /** @throws PilotlightError as `list`, and `conflict` when a chat goes on with it already */
  async import(agent: string, body: ImportAgentSession): Promise<{ session: Session; chat: Chat }> {
    const { announcer, catalog } = this.#o;
    const { projectId, agentSessionId } = body;
    const project = catalog.getProject(projectId);
    const backend = this.#backend(agent);
    if (backend.readSession === undefined) throw unsupported(agent);
    this.#refuseKnown(agent, agentSessionId);
    const messages = await backend.readSession({ agent, cwd: project.path, projectId }, agentSessionId);
    this.#refuseKnown(agent, agentSessionId);
    const first = messages.find((message) => message.role === 'user');
    const title = body.title ?? titleOf(first?.content ?? []);
    return announcer.journal.commit((scope) => {
      // In the folder itself: the conversation belongs to it, and agents find it again by it alone.
      const made = catalog.newSession(scope, project, { title, agent, inPlace: true });
      const { id } = made.chat;
      announcer.agentSession(scope, {
        chatId: id,
        agent,
        backend: backend.kind,
        agentSessionId,
        serverPort: null,
        worktreeId: null,
        state: 'cold',
        why: 'Imported, not opened yet',
        continuity: null,
        pinned: false,
        lastUsedAt: null,
        updatedAt: announcer.now(),
      });
      this.#write(scope, id, agent, messages);
      scope.fold(id);
      return { session: made.session, chat: catalog.getChat(id) };
    });
  }

  /** Each prompt with what came of it as a turn that the agent has had, so that it is not told of it again. */
  #write(scope: CommitScope, chatId: string, agent: string, messages: readonly PastMessage[]): void {
    const { announcer } = this.#o;
    const { blobs } = announcer.store;
    let turnId: string | null = null;
    for (const said of messages) {
      if (said.role === 'user' || turnId === null) {
        const turn = this.#newTurn(scope, chatId, agent);
        turnId = turn.id;
        const parts = said.role === 'user' ? promptToParts(said.content, blobs) : [];
        this.#message(scope, { ...blank(chatId, agent, turnId, 'user'), id: turn.messageId, parts });
      }
      if (said.role === 'user') continue;
      const message: Message = blank(chatId, agent, turnId, 'assistant');
      this.#message(scope, message);
      const recorder = new Recorder({
        chatId,
        messageId: message.id,
        append: (draft) => scope.frame(draft),
        putBlob: (bytes, mimeType) => blobs.put(bytes, mimeType),
        now: announcer.now,
      });
      for (const event of said.events) if (!isFactEvent(event)) recorder.record(event);
      recorder.end();
    }
  }

  #newTurn(scope: CommitScope, chatId: string, agent: string): Turn {
    const at = this.#o.announcer.now();
    const row = { chatId, agent, model: null, position: 1, prompt: null, continues: null, createdAt: at };
    const turn: Turn = {
      ...queuedTurn({ ...row, id: newId('turn') }),
      state: 'completed',
      dispatch: 'warm',
      continuity: 'loaded',
      startedAt: at,
      endedAt: at,
    };
    this.#o.announcer.newTurn(scope, turn);
    return turn;
  }

  #message(scope: CommitScope, message: Message): void {
    const at = { ...message, createdAt: this.#o.announcer.now() };
    scope.frame({
      topic: chatTopic(message.chatId),
      messageId: message.id,
      event: { type: 'message', message: at },
    });
  }

  #backend(agent: string): AgentBackend {
    const backend = this.#o.backends.get(this.#o.agents.get(agent).backend);
    if (backend === undefined) throw unsupported(agent);
    return backend;
  }

  #chatOf(agent: string, agentSessionId: string): string | null {
    const rows = this.#o.announcer.store.agentSessions.list();
    return rows.find((row) => row.agent === agent && row.agentSessionId === agentSessionId)?.chatId ?? null;
  }

  #refuseKnown(agent: string, agentSessionId: string): void {
    const chatId = this.#chatOf(agent, agentSessionId);
    if (chatId === null) return;
    throw new PilotlightError('conflict', `Chat ${chatId} goes on with this conversation already.`, {
      details: { chatId },
    });
  }
}

function blank(chatId: string, agent: string, turnId: string, role: Message['role']): Message {
  return { id: newId('message'), chatId, role, turnId, agent, parts: [], createdAt: 0 };
}

function unsupported(agent: string): PilotlightError {
  return new PilotlightError('agent_unsupported', `${agent} does not list its conversations.`);
}
