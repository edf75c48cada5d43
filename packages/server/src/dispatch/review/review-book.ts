import {
  MAX_DRAFT_COMMENTS,
  PilotlightError,
  type CreateComment,
  type MarkViewed,
  type Review,
  type ReviewComment,
  type SendComments,
  type SentComments,
  type SubmitPrompt,
  type Turn,
} from '@pilotlight/protocol';
import type { CommitScope } from '../../journal/journal.ts';
import type { KeptComment } from '../../store/reviews.ts';
import type { Announcer } from '../announcer.ts';
import type { Catalog } from '../catalog.ts';
import { commentsPrompt } from './comments-prompt.ts';
import { withOutdated } from './outdated-comments.ts';
import type { SharedFiles } from './shared-files.ts';
import { findReviewPlace } from './review-place.ts';

/** Sends a prompt; the same turn id again answers the same turn. */
export type SubmitTo = (chatId: string, body: SubmitPrompt) => Promise<{ turn: Turn; created: boolean }>;

/** What people said of a session's changes: which files they have viewed, and comments on lines. */
export class ReviewBook {
  readonly #announcer: Announcer;
  readonly #catalog: Catalog;
  readonly #submit: SubmitTo;
  readonly #shared: SharedFiles;

  constructor(announcer: Announcer, catalog: Catalog, submit: SubmitTo, shared: SharedFiles) {
    this.#shared = shared;
    this.#announcer = announcer;
    this.#catalog = catalog;
    this.#submit = submit;
  }

  /** @throws PilotlightError `session_not_found` */
  async get(sessionId: string): Promise<Review> {
    this.#catalog.getSession(sessionId);
    const { reviews } = this.#announcer.store;
    const { revision } = reviews.get(sessionId);
    const comments = await this.#seen(sessionId, reviews.comments(sessionId));
    const sharedFiles = this.#shared.of(sessionId);
    return { sessionId, revision, comments, viewed: reviews.marks(sessionId), sharedFiles };
  }

  /** @throws PilotlightError `session_not_found` */
  markViewed(sessionId: string, { files, viewed }: MarkViewed): void {
    this.#catalog.getSession(sessionId);
    const { reviews } = this.#announcer.store;
    this.#commit(sessionId, () => {
      for (const file of files) {
        if (viewed) reviews.mark(sessionId, file);
        else reviews.unmark(sessionId, file.path);
      }
    });
  }

  /** @throws PilotlightError `session_not_found`; `conflict` for an id that another comment has, and past the limit */
  async createComment(sessionId: string, body: CreateComment): Promise<ReviewComment> {
    this.#catalog.getSession(sessionId);
    const { store, now } = this.#announcer;
    const known = store.reviews.comment(body.id);
    if (known !== null) {
      if (known.sessionId === sessionId) return this.#look(known);
      throw new PilotlightError('conflict', `Comment ${body.id} belongs to another session.`);
    }
    if (store.reviews.get(sessionId).drafts >= MAX_DRAFT_COMMENTS) {
      throw new PilotlightError(
        'conflict',
        `Session ${sessionId} has ${MAX_DRAFT_COMMENTS} comments that are not sent. Send them first.`,
      );
    }
    const at = now();
    const unsent = { sentTurnId: null, sentAt: null };
    const comment: KeptComment = { ...body, sessionId, ...unsent, createdAt: at, updatedAt: at };
    this.#commit(sessionId, () => store.reviews.insertComment(comment));
    return this.#look(comment);
  }

  /** @throws PilotlightError `comment_not_found`, `conflict` when it was sent */
  async updateComment(id: string, text: string): Promise<ReviewComment> {
    const { store, now } = this.#announcer;
    const comment = { ...this.#draft(id), text, updatedAt: now() };
    this.#commit(comment.sessionId, () => store.reviews.updateComment(comment));
    return this.#look(comment);
  }

  /** @throws as `updateComment` */
  removeComment(id: string): void {
    const { sessionId } = this.#draft(id);
    this.#commit(sessionId, () => this.#announcer.store.reviews.removeComment(id));
  }

  /**
   * One prompt with all drafts, or those named. A call that failed on the way may be repeated with the same turn id.
   *
   * @throws PilotlightError `session_not_found`, `chat_not_found`, `comment_not_found`, `invalid_request`, and as a prompt
   */
  async send(sessionId: string, body: SendComments): Promise<SentComments> {
    const { store, now } = this.#announcer;
    this.#requireChat(sessionId, body.chatId);
    const all = store.reviews.comments(sessionId);
    const taken = all.filter(({ sentTurnId }) => sentTurnId === body.turnId);
    const before = store.turns.get(body.turnId);
    if (before !== null && taken.length > 0)
      return { turn: before, comments: await this.#seen(sessionId, taken) };
    const drafts = this.#chosen(sessionId, all, body.commentIds);
    const seen = await this.#seen(sessionId, drafts);
    const { chatId, turnId, text, agent, model } = body;
    const { turn } = await this.#submit(chatId, {
      id: turnId,
      content: [{ type: 'text', text: commentsPrompt(seen, text) }],
      ...(agent === undefined ? {} : { agent }),
      ...(model === undefined ? {} : { model }),
    });
    const sent = seen.map((comment) => ({ ...comment, sentTurnId: turnId, sentAt: now() }));
    this.#commit(sessionId, () => {
      for (const comment of sent) store.reviews.updateComment(comment);
    });
    return { turn, comments: sent };
  }

  #requireChat(sessionId: string, chatId: string): void {
    this.#catalog.getSession(sessionId);
    if (this.#catalog.getChat(chatId).sessionId === sessionId) return;
    throw new PilotlightError('chat_not_found', `Session ${sessionId} has no chat ${chatId}.`);
  }

  #chosen(sessionId: string, all: readonly KeptComment[], ids: readonly string[] | undefined): KeptComment[] {
    const drafts = all.filter(({ sentTurnId }) => sentTurnId === null);
    const missing = ids?.find((id) => !drafts.some((draft) => draft.id === id));
    if (missing !== undefined) {
      throw new PilotlightError(
        'comment_not_found',
        `Session ${sessionId} has no comment ${missing} to send.`,
      );
    }
    const chosen = ids === undefined ? drafts : drafts.filter(({ id }) => ids.includes(id));
    if (chosen.length > 0) return chosen;
    throw new PilotlightError('invalid_request', `Session ${sessionId} has no comment that was not sent.`);
  }

  #draft(id: string): KeptComment {
    const comment = this.#announcer.store.reviews.comment(id);
    if (comment === null) throw new PilotlightError('comment_not_found', `There is no comment ${id}.`);
    if (comment.sentTurnId === null) return comment;
    throw new PilotlightError(
      'conflict',
      `Comment ${id} was sent with turn ${comment.sentTurnId} and stays as it is.`,
    );
  }

  async #look(comment: KeptComment): Promise<ReviewComment> {
    const [seen] = await this.#seen(comment.sessionId, [comment]);
    return seen ?? { ...comment, outdated: false };
  }

  async #seen(sessionId: string, comments: readonly KeptComment[]): Promise<ReviewComment[]> {
    if (comments.length === 0) return [];
    // Comments are read also when the worktree is gone.
    const place = await findReviewPlace(this.#catalog, sessionId).catch(() => null);
    return withOutdated(place, comments);
  }

  #commit(sessionId: string, work: (scope: CommitScope) => void): void {
    this.#announcer.journal.commit((scope) => {
      work(scope);
      this.#announcer.review(scope, sessionId);
    });
  }
}
