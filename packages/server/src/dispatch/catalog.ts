import {
  INDEX_TOPIC,
  PilotlightError,
  newId,
  type BranchList,
  type Chat,
  type CreateChat,
  type CreateProject,
  type CreateSession,
  type Project,
  type RemoveSessionAnswer,
  type Session,
  type UpdateChat,
  type UpdateSession,
} from '@pilotlight/protocol';
import { basename } from 'node:path';
import type { CommitScope } from '../journal/journal.ts';
import { listBranches } from '../workspace/branches.ts';
import { inspectFolder } from '../workspace/repository.ts';
import type { Announcer } from './announcer.ts';
import type { RemovedSessions, Uncommitted } from './checkpoints/removed-sessions.ts';
import { checkStart } from './check-start.ts';
import { titleOf } from './prompt-content.ts';
import type { Reservation } from './reserved-worktrees.ts';

export interface CatalogOptions {
  announcer: Announcer;
  /** The agent of a new chat. @throws PilotlightError `agent_unknown`, `agent_not_installed`, `config_invalid` */
  chooseAgent(wanted: string | undefined): Promise<string>;
  /** @throws PilotlightError `agent_unknown` */
  checkAgent(agent: string): void;
  /** whether a turn runs or waits in the chat */
  isBusy(chatId: string): boolean;
  /** The worktree that waits for a session that starts from the project's HEAD. */
  reserve(project: Project): Promise<Reservation | null>;
  /** Calls the branch of a new session as the session is, where it has one already. */
  nameBranch(session: Session, project: Project): void;
  /** The first prompt of that chat is on its way. */
  expectPrompt(chat: Chat): void;
  /** Ends what runs in the worktree of a session that is going away, and has it cleaned up. */
  tearDown(sessionId: string): Promise<void>;
  removed: Pick<RemovedSessions, 'remove'>;
  /** Ends the agent sessions of a chat that is going away. */
  release(chatId: string): Promise<void>;
}

/** Projects, sessions and chats: what exists, before anything runs in it. */
export class Catalog {
  readonly #o: CatalogOptions;

  constructor(options: CatalogOptions) {
    this.#o = options;
  }

  /** Registering a folder twice answers the project it already is. @throws `invalid_request` for what is no folder */
  async createProject(body: CreateProject): Promise<Project> {
    const { store, journal, now } = this.#o.announcer;
    const found = await inspectFolder(body.path);
    if (found.kind === 'missing' || found.kind === 'not_a_directory' || found.kind === 'bare') {
      const why = {
        missing: 'does not exist',
        not_a_directory: 'is not a folder',
        bare: 'is a bare repository',
      };
      throw new PilotlightError(
        'invalid_request',
        `${body.path} ${why[found.kind]}. Name the folder of a checkout, or any plain folder.`,
        { details: { path: body.path } },
      );
    }
    const path = found.root;
    const known = store.projects.byPath(path);
    if (known !== null) {
      if (store.projects.isHidden(known.id))
        journal.commit((scope) => {
          store.projects.show(known.id);
          scope.frame({ topic: INDEX_TOPIC, event: { type: 'project', project: known } });
        });
      return known;
    }
    const project: Project = {
      id: newId('project'),
      name: body.name ?? basename(path),
      path,
      kind: found.kind,
      createdAt: now(),
    };
    journal.commit((scope) => {
      store.projects.insert(project);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'project', project } });
    });
    return project;
  }

  getProject(id: string): Project {
    const project = this.#o.announcer.store.projects.get(id);
    if (project === null) throw new PilotlightError('project_not_found', `There is no project ${id}.`);
    return project;
  }

  async listBranches(projectId: string): Promise<BranchList> {
    const project = this.getProject(projectId);
    if (project.kind === 'folder') return { head: null, branches: [], truncated: false };
    return listBranches(project.path);
  }

  /** Removed sessions of it can be brought back all the same, and bring it with them. @throws PilotlightError `conflict` */
  removeProject(id: string): void {
    const { store, journal } = this.#o.announcer;
    const project = this.getProject(id);
    const sessions = store.sessions.list(id).length;
    if (sessions > 0) {
      throw new PilotlightError(
        'conflict',
        `Project "${project.name}" still has ${sessions} session(s). Remove them first; nothing was changed.`,
      );
    }
    const removed = store.removedSessions.list().map((row) => store.sessions.evenRemoved(row.sessionId));
    const isMissed = removed.some((session) => session?.projectId === id);
    journal.commit((scope) => {
      if (isMissed) store.projects.hide(id, newId('project'));
      else store.projects.remove(id);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'project_removed', projectId: id } });
    });
  }

  async createSession(body: CreateSession): Promise<{ session: Session; chat: Chat }> {
    const project = this.getProject(body.projectId);
    const agent = await this.#o.chooseAgent(body.agent);
    await checkStart(project, body);
    const about = titleOf([{ type: 'text', text: body.about ?? '' }]);
    const made = await this.withReservation(project, body, (reserved) =>
      this.#o.announcer.journal.commit(
        (scope) => this.newSession(scope, project, { ...body, about, agent, reserved }),
        'written',
      ),
    );
    // What comes now leaves traces of it.
    await this.#o.announcer.store.synced();
    this.#o.nameBranch(made.session, project);
    if (body.about?.trim()) this.#o.expectPrompt(made.chat);
    return made;
  }

  /** Makes a session with the worktree that waits for one like it, if there is one. */
  async withReservation<T>(
    project: Project,
    { base, inPlace }: { base?: string | undefined; inPlace?: boolean | undefined },
    make: (reserved: Reservation | null) => T,
  ): Promise<T> {
    const isUsual = project.kind === 'git' && inPlace !== true && base === undefined;
    const reserved = isUsual ? await this.#o.reserve(project) : null;
    try {
      return make(reserved);
    } finally {
      reserved?.settle();
    }
  }

  /** A session with its first chat, inside a transaction of the caller. */
  newSession(
    scope: CommitScope,
    project: Project,
    body: {
      title?: string | undefined;
      /** a title for as long as it has none of its own */
      about?: string | undefined;
      base?: string | undefined;
      inPlace?: boolean | undefined;
      agent: string;
      reserved?: Reservation | null;
    },
  ): { session: Session; chat: Chat } {
    const { store, now } = this.#o.announcer;
    const session: Session = {
      id: body.reserved?.sessionId ?? newId('session'),
      projectId: project.id,
      title: body.title ?? body.about ?? '',
      inPlace: body.inPlace === true || project.kind === 'folder',
      base: body.base ?? null,
      worktree: body.reserved?.worktree ?? null,
      diff: null,
      createdAt: now(),
      archivedAt: null,
    };
    store.sessions.insert(session);
    if (body.reserved) {
      store.worktrees.insert({ ...body.reserved.worktree, sessionId: session.id });
      body.reserved.written();
    }
    scope.frame({ topic: INDEX_TOPIC, event: { type: 'session', session } });
    return { session, chat: this.#newChat(scope, session.id, { title: body.title, agent: body.agent }) };
  }

  getSession(id: string): Session {
    const session = this.#o.announcer.store.sessions.get(id);
    if (session === null) throw new PilotlightError('session_not_found', `There is no session ${id}.`);
    return session;
  }

  updateSession(id: string, body: UpdateSession): Session {
    const { journal, now } = this.#o.announcer;
    const before = this.getSession(id);
    const archivedAt = body.archived === undefined ? before.archivedAt : body.archived ? now() : null;
    const session: Session = { ...before, title: body.title ?? before.title, archivedAt };
    journal.commit((scope) => this.#o.announcer.session(scope, session));
    return session;
  }

  /**
   * It can be brought back for 30 days. The branch of its worktree stays. `uncommitted`: what is not committed is kept too;
   * else the worktree goes only when there is none.
   */
  async removeSession(id: string, uncommitted: Uncommitted = 'refuse'): Promise<RemoveSessionAnswer> {
    const { store } = this.#o.announcer;
    const session = this.getSession(id);
    const chats = store.chats.list(id);
    for (const chat of chats) this.#refuseBusy(chat);
    for (const chat of chats) await this.#o.release(chat.id);
    await this.#o.tearDown(id);
    await this.#o.removed.remove(session, this.getProject(session.projectId), uncommitted);
    return {
      worktreeRemoved: session.worktree !== null,
      branch: session.worktree?.branch ?? null,
      diff: session.diff,
    };
  }

  async createChat(sessionId: string, body: CreateChat): Promise<Chat> {
    const session = this.getSession(sessionId);
    const last = this.#o.announcer.store.chats.list(session.id).at(-1);
    const agent = await this.#o.chooseAgent(body.agent ?? last?.agent);
    return this.#o.announcer.journal.commit((scope) =>
      this.#newChat(scope, session.id, { title: body.title, agent }),
    );
  }

  getChat(id: string): Chat {
    const chat = this.#o.announcer.store.chats.get(id);
    if (chat === null) throw new PilotlightError('chat_not_found', `There is no chat ${id}.`);
    return chat;
  }

  updateChat(id: string, body: UpdateChat): Chat {
    const { store, journal } = this.#o.announcer;
    const before = this.getChat(id);
    if (body.agent !== undefined) this.#o.checkAgent(body.agent);
    const agent = body.agent ?? before.agent;
    journal.commit((scope) => {
      if (body.choice !== undefined) {
        const kept = store.chats.choice(id, agent) ?? {};
        const options = { ...kept.options, ...body.choice.options };
        const { options: _replaced, ...rest } = { ...kept, ...withoutUndefined(body.choice) };
        const choice = Object.keys(options).length === 0 ? rest : { ...rest, options };
        store.chats.setChoice(id, agent, choice);
      }
      this.#o.announcer.refreshChat(scope, id, { agent, title: body.title ?? before.title });
    });
    return this.getChat(id);
  }

  /** Somebody looked. Clients hear of it only when there was something they had not seen. */
  markSeen(id: string): void {
    const chat = this.getChat(id);
    if (!chat.unseen) return;
    const { announcer } = this.#o;
    // Not waited for on the disk: a power loss would only show once more what was seen.
    announcer.journal.commit((scope) => announcer.chat(scope, { ...chat, unseen: false }), 'written');
  }

  async removeChat(id: string): Promise<void> {
    const { store, journal } = this.#o.announcer;
    this.#refuseBusy(this.getChat(id));
    await this.#o.release(id);
    // A prompt may have been accepted meanwhile.
    this.#refuseBusy(this.getChat(id));
    journal.commit((scope) => {
      store.chats.remove(id);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'chat_removed', chatId: id } });
    });
  }

  #newChat(scope: CommitScope, sessionId: string, body: { title?: string | undefined; agent: string }): Chat {
    const { store, now } = this.#o.announcer;
    const chat: Chat = {
      id: newId('chat'),
      sessionId,
      title: body.title ?? '',
      agent: body.agent,
      activity: 'idle',
      lastTurnState: null,
      lastLine: '',
      unseen: false,
      runningSince: null,
      createdAt: now(),
      updatedAt: now(),
    };
    store.chats.insert(chat);
    this.#o.announcer.chatFrames(scope, chat);
    return chat;
  }

  #refuseBusy(chat: Chat): void {
    if (!this.#o.isBusy(chat.id)) return;
    throw new PilotlightError(
      'conflict',
      `A turn runs or waits in chat ${chat.id}. Cancel it first; nothing was changed.`,
    );
  }
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
