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
import { compareTrees, isSameEntry } from '../../workspace/checkpoints/compare-trees.ts';
import { putBack } from '../../workspace/checkpoints/put-back.ts';
import { createWorktree, dropWorktree } from '../../workspace/worktrees.ts';
import type { Announcer } from '../announcer.ts';
import type { Catalog } from '../catalog.ts';
import { isTerminal } from '../turn-transitions.ts';
import type { CheckpointBook } from './checkpoint-book.ts';

export interface ForksOptions {
  announcer: Announcer;
  book: CheckpointBook;
  catalog: Catalog;
  worktreesFolder: string;
}

/** A worktree that is being made for a session that has no row yet. */
interface Planned {
  sessionId: string;
  projectPath: string;
  /** of the state it goes on from */
  commit: string;
}

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
    const { announcer, book, catalog } = this.#o;
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
    const sessionId = newId('session');
    const named = title ?? `${from.title || chat.title || 'Session'} (fork)`;
    const worktree = await this.#worktree({ sessionId, named, from, project, commit: checkpoint.commit });
    book.forget(worktree.path);
    const made = announcer.journal.commit((scope) => {
      const settle = (): void => this.#forget(sessionId);
      const reserved = { sessionId, worktree, written: settle, settle };
      const both = catalog.newSession(scope, project, { title: named, agent: chat.agent, reserved });
      this.#copy(scope, turn, at, both.chat);
      scope.fold(both.chat.id);
      return both;
    });
    return { session: catalog.getSession(sessionId), chat: catalog.getChat(made.chat.id) };
  }

  /** Clears away what a server that died had begun. */
  async goOn(): Promise<void> {
    const errors: unknown[] = [];
    for (const one of this.#planned()) {
      const isThere = this.#o.announcer.store.sessions.get(one.sessionId) !== null;
      await (isThere ? Promise.resolve() : this.#drop(one))
        .then(() => this.#forget(one.sessionId))
        .catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }

  #drop({ sessionId, projectPath, commit }: Planned): Promise<void> {
    const clear = (path: string): Promise<void> => this.#clear(path, sessionId, commit);
    return dropWorktree({ projectPath, worktreesFolder: this.#o.worktreesFolder, sessionId, clear });
  }

  /** Takes the files of the state out again, unless somebody else has written there, which then keeps the worktree. */
  async #clear(path: string, sessionId: string, commit: string): Promise<void> {
    const { book } = this.#o;
    await book.alone(path, async (shadow) => {
      if (shadow === null) return;
      const head = `${commit}^^{tree}`;
      const { tree } = await book.look(shadow, sessionId);
      const [put, left] = [
        await compareTrees(shadow, head, commit),
        await compareTrees(shadow, commit, tree),
      ];
      const before = new Map(put.map((change) => [change.path, change.from]));
      const isOurs = left.every(
        (one) => before.has(one.path) && isSameEntry(one.to, before.get(one.path) ?? null),
      );
      if (isOurs) await putBack(shadow, tree, head);
    });
    book.forget(path);
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
    const planned: Planned = { sessionId, projectPath, commit };
    announcer.store.settings.set(PLANNED, [...this.#planned(), planned]);
    try {
      // What HEAD was at is the parent.
      const base = `${commit}^`;
      const made = await createWorktree({
        projectPath,
        worktreesFolder,
        sessionId,
        name: wanted.named,
        base,
      });
      await book.alone(made.path, async (shadow) => {
        if (shadow === null) return;
        await putBack(shadow, (await book.look(shadow, sessionId)).tree, `${commit}^{tree}`);
      });
      const baseCommit = from.worktree?.baseCommit ?? made.baseCommit;
      return { id: newId('worktree'), path: made.path, branch: made.branch, baseCommit };
    } catch (error) {
      await this.#drop(planned).catch(() => undefined);
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
