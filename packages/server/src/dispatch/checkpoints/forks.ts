import {
  chatTopic,
  newId,
  PilotlightError,
  type Chat,
  type ForkChat,
  type Message,
  type Project,
  type Session,
  type Turn,
} from '@pilotlight/protocol';
import type { CommitScope } from '../../journal/journal.ts';
import { fillFrom } from '../../workspace/checkpoints/fill-from.ts';
import type { NotHeld } from '../../workspace/checkpoints/left-out.ts';
import { createWorktree, dropWorktree, releaseWorktree } from '../../workspace/worktrees.ts';
import type { Announcer } from '../announcer.ts';
import type { Catalog } from '../catalog.ts';
import { isTerminal } from '../turn-transitions.ts';
import type { CheckpointBook } from './checkpoint-book.ts';
import { requireState } from './require-state.ts';
import { sayNotice } from './say-notice.ts';

export interface ForksOptions {
  announcer: Announcer;
  book: CheckpointBook;
  catalog: Catalog;
  worktreesFolder: string;
}

/** A worktree that is being made for a session that has no row yet, or has not been released since. */
interface Planned {
  sessionId: string;
  projectPath: string;
}

/** How it is said. */
const WHY: Record<NotHeld['why'], string> = {
  too_large: 'too large',
  unreadable: 'could not be read',
  repository: 'a repository of its own',
};

const PLANNED = 'planned_forks';
const PAGE = 200;

/**
 * New sessions that go on from a turn of another: a worktree with the files as they were then, and the chat up to it as a
 * copy. Its agent knows nothing of the copy and is given it as a recap with the first prompt.
 */
export class Forks {
  readonly #o: ForksOptions;

  constructor(options: ForksOptions) {
    this.#o = options;
  }

  /** @throws PilotlightError `turn_not_found`, `checkpoint_not_found`, `conflict`, `git_failed` */
  async fork(turnId: string, { at = 'after', title }: ForkChat): Promise<{ session: Session; chat: Chat }> {
    const { announcer, catalog } = this.#o;
    const { store } = announcer;
    const turn = store.turns.get(turnId);
    if (turn === null) throw new PilotlightError('turn_not_found', `There is no turn ${turnId}.`);
    if (at === 'after' && !isTerminal(turn.state)) {
      throw new PilotlightError(
        'conflict',
        `Turn ${turnId} still runs. Wait for its end, or fork before it.`,
      );
    }
    const chat = catalog.getChat(turn.chatId);
    const from = catalog.getSession(chat.sessionId);
    const project = catalog.getProject(from.projectId);
    const checkpoint = store.checkpoints.ofTurn(turnId)[at];
    if (checkpoint === null) {
      throw new PilotlightError(
        'checkpoint_not_found',
        `The state ${at} turn ${turnId} was not kept, or was pruned by age, so nothing can go on from it.`,
      );
    }
    await requireState(project.path, checkpoint);
    const sessionId = newId('session');
    const named = title ?? `${from.title || chat.title || 'Session'} (fork)`;
    const wanted = { sessionId, named, from, project, commit: checkpoint.commit };
    const { worktree, missing } = await this.#worktree(wanted);
    const nothing = (): void => undefined;
    const made = announcer.journal.commit((scope) => {
      const reserved = { sessionId, worktree, written: nothing, settle: nothing };
      const both = catalog.newSession(scope, project, { title: named, agent: chat.agent, reserved });
      this.#copy(scope, turn, at, both.chat);
      scope.fold(both.chat.id);
      return both;
    });
    await this.#release(sessionId, project.path, worktree.path);
    this.#sayMissing(made.chat, missing);
    return { session: catalog.getSession(sessionId), chat: catalog.getChat(made.chat.id) };
  }

  /** Clears away what a server that died had begun. */
  async goOn(): Promise<void> {
    const errors: unknown[] = [];
    const { announcer, worktreesFolder } = this.#o;
    for (const { sessionId, projectPath } of this.#planned()) {
      const path = announcer.store.sessions.get(sessionId)?.worktree?.path;
      const done =
        path === undefined
          ? dropWorktree({ projectPath, worktreesFolder, sessionId }).then(() => this.#forget(sessionId))
          : this.#release(sessionId, projectPath, path);
      await done.catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }

  /** It belongs to a session from now on. */
  async #release(sessionId: string, projectPath: string, path: string): Promise<void> {
    await releaseWorktree(projectPath, path);
    this.#forget(sessionId);
  }

  #sayMissing({ id, agent }: Chat, missing: readonly NotHeld[]): void {
    if (missing.length === 0) return;
    const names = missing.slice(0, 5).map(({ path, why }) => `${path} (${WHY[why]})`);
    const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : '';
    const text = `Not kept in the checkpoint this goes on from, so missing here or not as it was: ${names.join(', ')}${more}.`;
    const { announcer } = this.#o;
    sayNotice(announcer, { chatId: id, agent }, { level: 'warning', code: 'checkpoint', text });
  }

  async #worktree(wanted: {
    sessionId: string;
    named: string;
    from: Session;
    project: Project;
    commit: string;
  }) {
    const { book, worktreesFolder, announcer } = this.#o;
    const { sessionId, project, from, commit } = wanted;
    const projectPath = project.path;
    announcer.store.settings.set(PLANNED, [...this.#planned(), { sessionId, projectPath }]);
    // Its submodules may have come with the session, or be at a commit that was made there.
    const sources = [...(from.worktree === null ? [] : [from.worktree.path]), projectPath];
    let missing: NotHeld[] = [];
    const fill = (path: string): Promise<void> =>
      book.alone(path, async (shadow) => {
        if (shadow === null) return;
        const { tree } = await book.look(shadow, sessionId);
        missing = await fillFrom(shadow, { tree, commit, sources });
      });
    try {
      // What HEAD was at is the parent.
      const base = `${commit}^`;
      const name = wanted.named;
      const made = await createWorktree({ projectPath, worktreesFolder, sessionId, name, base, fill });
      book.forget(made.path);
      const baseCommit = from.worktree?.baseCommit ?? made.baseCommit;
      return {
        worktree: { id: newId('worktree'), path: made.path, branch: made.branch, baseCommit },
        missing,
      };
    } catch (error) {
      await dropWorktree({ projectPath, worktreesFolder, sessionId }).catch(() => undefined);
      this.#forget(sessionId);
      throw error;
    }
  }

  /** The messages up to the turn, or up to the one before it, each turn with an id of its own. */
  #copy(scope: CommitScope, until: Turn, at: 'before' | 'after', into: Chat): void {
    const { announcer } = this.#o;
    const turnIds = new Map<string, string>();
    for (const message of this.#messages(until, at)) {
      const turnId = message.turnId === null ? null : this.#copiedTurn(scope, message, into, turnIds);
      const copy: Message = { ...message, id: newId('message'), chatId: into.id, turnId };
      const event = { type: 'message' as const, message: copy };
      scope.frame({ topic: chatTopic(into.id), messageId: copy.id, event });
    }
    const last = this.#o.catalog.getChat(until.chatId).lastLine;
    announcer.refreshChat(scope, into.id, { lastLine: last });
  }

  #copiedTurn(scope: CommitScope, { turnId, id }: Message, into: Chat, known: Map<string, string>): string {
    const { announcer } = this.#o;
    const before = known.get(turnId ?? '');
    if (before !== undefined) return before;
    const turn = announcer.store.turns.get(turnId ?? '');
    const copy = newId('turn');
    known.set(turnId ?? '', copy);
    if (turn !== null) {
      // What it changed cannot be undone here, and what it used was counted there.
      announcer.newTurn(scope, {
        ...turn,
        id: copy,
        chatId: into.id,
        messageId: id,
        diff: null,
        usage: null,
        continues: null,
      });
    }
    return copy;
  }

  #messages(until: Turn, at: 'before' | 'after'): Message[] {
    const { journal, store } = this.#o.announcer;
    journal.flush();
    const all: Message[] = [];
    for (let before: string | undefined; ; before = all[0]?.id) {
      const page = store.messages.page(until.chatId, { before, limit: PAGE });
      all.unshift(...page.messages);
      if (!page.hasEarlier) break;
    }
    const isOfTurn = ({ turnId }: Message): boolean => turnId === until.id;
    if (at === 'before') return all.slice(0, Math.max(0, all.findIndex(isOfTurn)));
    return all.slice(0, all.findLastIndex(isOfTurn) + 1);
  }

  #planned(): Planned[] {
    return (this.#o.announcer.store.settings.get(PLANNED) as Planned[] | undefined) ?? [];
  }

  #forget(sessionId: string): void {
    const rest = this.#planned().filter((one) => one.sessionId !== sessionId);
    this.#o.announcer.store.settings.set(PLANNED, rest);
  }
}
