import { toErrorInfo, type Checkpoint, type LeftOut, type Turn } from '@pilotlight/protocol';
import { countChanges } from '../../workspace/checkpoints/compare-trees.ts';
import type { Announcer } from '../announcer.ts';
import type { Place, ReadyPlace } from '../place.ts';
import type { CheckpointBook } from './checkpoint-book.ts';
import { sayNotice } from './say-notice.ts';
import type { SessionDiffs } from './session-diffs.ts';

/** One look at a worktree, asked for and not over. */
interface Look {
  path: string;
  /** the file clock when the next prompt went out meanwhile; null: none did */
  sentAt: bigint | null;
}

/** The look before a turn. */
export interface BeforeTurn {
  /** Resolves when the prompt may go out. Does not reject. */
  toSend(): Promise<void>;
}

/** How it is said, once for each path; null: only the checkpoint says it, since that is how it is to be. */
const SAID: Record<LeftOut['why'], string | null> = {
  too_large: 'too large',
  unreadable: 'cannot be read',
  changing: 'written to while it was read',
  repository: 'a repository of its own with uncommitted work',
  overtaken: null,
};

/**
 * The state of the worktree before and after each turn, and from both what the turn changed.
 *
 * The prompt does not wait for the look before it where the files were read before: what was written since the prompt went
 * out is known by the time the kernel stamped it with, and is left as it was last known (docs/adr, "Checkpoints beside the
 * user's index"). A checkpoint that fails is said in the chat and never fails the turn.
 */
export class TurnCheckpoints {
  readonly #announcer: Announcer;
  readonly #book: CheckpointBook;
  readonly #diffs: SessionDiffs;
  readonly #onError: (error: unknown) => void;
  readonly #open = new Set<Promise<void>>();
  /** looks that are not over, also those that wait for their worktree */
  readonly #looks = new Set<Look>();
  /** `<session>/<path>` of what was said to be left out */
  readonly #said = new Set<string>();

  constructor(
    announcer: Announcer,
    book: CheckpointBook,
    diffs: SessionDiffs,
    onError: (error: unknown) => void,
  ) {
    this.#announcer = announcer;
    this.#book = book;
    this.#diffs = diffs;
    this.#onError = onError;
  }

  begins(turn: Turn, { path, named }: ReadyPlace, sessionId: string): BeforeTurn {
    this.#book.begin(path, turn.id);
    const look: Look = { path, sentAt: null };
    const cutoff = (): bigint | null => look.sentAt;
    const wanted = { path, sessionId, turnId: turn.id, kind: 'before_turn', cutoff } as const;
    const isFirst = this.#announcer.store.checkpoints.ofTurn(turn.id).before === null;
    this.#looks.add(look);
    const take = async (): Promise<Checkpoint | null> => {
      // While a branch is renamed, HEAD names none.
      await named;
      return this.#book.take(wanted);
    };
    const taken = isFirst ? this.#take(turn, take) : Promise.resolve(null);
    const done = taken.then(() => void this.#looks.delete(look));
    return {
      toSend: async () => {
        if (!this.#looks.has(look)) return;
        if (!this.#book.isKnown(path)) return done;
        const sentAt = this.#book.fileClock();
        // The look after the turn before this one may not be over either.
        for (const each of this.#looks) if (each.path === path) each.sentAt ??= sentAt;
      },
    };
  }

  /** A turn of an earlier server goes on. */
  goesOn(turn: Turn, { path }: Place): void {
    this.#book.begin(path, turn.id);
  }

  /** It does not run any more; nothing of it is looked at. */
  leaves(turnId: string): void {
    this.#book.end(turnId);
  }

  /** Resolves when what the turn changed is written; does not reject. */
  ended(turn: Turn, place: Place, sessionId: string): Promise<void> {
    const { path } = place;
    const look: Look = { path, sentAt: null };
    const cutoff = (): bigint | null => look.sentAt;
    const wanted = { path, sessionId, turnId: turn.id, kind: 'after_turn', cutoff } as const;
    this.#looks.add(look);
    const measured = this.#take(turn, async () => {
      const after = await this.#book.take(wanted).finally(() => this.#looks.delete(look));
      if (after !== null) await this.#measure(turn, place, after);
      return after;
    }).then(() => void this.#open.delete(measured));
    this.#open.add(measured);
    return measured;
  }

  async drained(): Promise<void> {
    await Promise.all(this.#open);
  }

  async #take(turn: Turn, take: () => Promise<Checkpoint | null>): Promise<Checkpoint | null> {
    try {
      const checkpoint = await take();
      if (checkpoint !== null) this.#sayLeftOut(turn, checkpoint);
      return checkpoint;
    } catch (error) {
      this.#onError(error);
      const { message } = toErrorInfo(error);
      this.#say(turn, `The state of the worktree was not kept: ${message} This turn cannot be undone.`);
      return null;
    }
  }

  async #measure(turn: Turn, { path, baseCommit }: Place, after: Checkpoint): Promise<void> {
    const { store, journal } = this.#announcer;
    const before = store.checkpoints.ofTurn(turn.id).before?.commit ?? null;
    const since = (commit: string | null) =>
      commit === null ? null : this.#book.read(path, (shadow) => countChanges(shadow, commit, after.commit));
    const [diff, whole] = await Promise.all([since(before), since(baseCommit)]);
    const current = store.turns.get(turn.id);
    if (current === null) return;
    journal.commit((scope) => {
      this.#announcer.turn(scope, { ...current, diff });
      if (whole !== null) this.#diffs.write(scope, after.sessionId, whole);
    });
  }

  #sayLeftOut(turn: Turn, { sessionId, leftOut }: Checkpoint): void {
    const news = leftOut.filter(
      ({ why, path }) => SAID[why] !== null && !this.#said.has(`${sessionId}/${path}`),
    );
    if (news.length === 0) return;
    for (const { path } of news) this.#said.add(`${sessionId}/${path}`);
    const names = news.slice(0, 5).map(({ path, why }) => `${path} (${SAID[why]})`);
    const more = news.length > names.length ? ` and ${news.length - names.length} more` : '';
    this.#say(turn, `Not kept in checkpoints, so not undone or restored: ${names.join(', ')}${more}.`);
  }

  #say({ chatId, agent }: Turn, text: string): void {
    // Its chat may have been removed meanwhile, or the store takes nothing.
    if (this.#announcer.store.chats.get(chatId) === null) return;
    try {
      sayNotice(this.#announcer, { chatId, agent }, { level: 'warning', code: 'checkpoint', text });
    } catch (error) {
      this.#onError(error);
    }
  }
}
