import type { Durability } from '../store/store.ts';
import type { ChatFrameEvent, ChatState, IndexFrameEvent, IndexState, Message } from '@pilotlight/protocol';

/** What happened, before it has a place in its topic. */
export interface FrameDraft {
  /** `chatTopic(chatId)` or `INDEX_TOPIC` */
  topic: string;
  /** the message the event is about, where it is about one */
  messageId?: string | null;
  event: ChatFrameEvent | IndexFrameEvent;
}

/**
 * When clients hear of a commit. `soon`: when the event loop's present work is done, promises that are ready included,
 * or before the next commit is published; for a change that others wait for more than clients do.
 */
export type Published = 'now' | 'soon';

/** What may be journalled inside `Journal.commit`, along with any writes to the store. */
export interface CommitScope {
  frame(draft: FrameDraft): void;
  /**
   * Writes what the chat's frames so far amount to into the messages table and drops those frames: call it in the
   * transaction that ends a turn, after its last frame. Frames of the same transaction are folded with the rest.
   */
  fold(chatId: string): void;
}

/** Frames of one topic that were committed together. */
export interface PublishedBatch {
  topic: string;
  firstSeq: number;
  lastSeq: number;
  count: number;
  /** the frames' JSON joined by commas: the very strings that were stored, encoded once */
  json: string;
}

/** How a client gets from the seq it has to the head. `json` as in PublishedBatch, empty when it is up to date. */
export type CatchUp =
  | { kind: 'tail'; json: string; count: number; lastSeq: number }
  | { kind: 'snapshot'; state: ChatState | IndexState };

/**
 * The durable, gap-free sequence of frames of every topic.
 *
 *   append ─▶ pending ─(end of the event-loop turn, or the next commit)─▶ COMMIT ─▶ published
 *   commit ───────────────────────────────────────────────────────────▶ COMMIT ─▶ published
 *
 * Durable before visible: a subscriber sees a frame after the transaction that holds it is on disk, never before.
 * `seq` is dense in its topic: 1, 2, 3, … over restarts; a transaction that fails consumes none. Order of publication
 * is order of commit. A fold replaces frames by the messages they made; who asks for folded frames gets a snapshot.
 */
export interface Journal extends Disposable {
  /**
   * One transaction, now, `synced` unless told otherwise. What was appended before goes first, in a transaction of its
   * own. Frames are published before this returns, unless told otherwise. If `work` throws, nothing of it is kept or
   * published and the error passes on. A commit inside `work` joins it. What is appended inside `work` goes with it, and
   * goes on its own when it fails.
   * A subscriber may commit: what that publishes comes after the batch it was called with.
   * @throws PilotlightError `store_full`, …; `internal` inside a Store.transaction
   */
  commit<T>(work: (scope: CommitScope) => T, durability?: Durability, published?: Published): T;
  /**
   * Journals a frame with the group commit at the end of this event-loop turn. The event must not be changed afterwards.
   * @throws PilotlightError `store_full` once too much waits for a disk that takes nothing
   */
  append(draft: FrameDraft): void;
  /**
   * Rows and the frames that say the same, for changes that a crash may undo without harm: they wait a few milliseconds
   * for company, so that what an agent says next shares their commit. Order among frames is kept. Rows that no longer
   * fit (their chat was removed meanwhile) are left out; `write` must not throw for other reasons.
   */
  defer(write: () => void, drafts: readonly FrameDraft[]): void;
  /**
   * Commits what is pending now instead of at the end of the event-loop turn. What the store refuses stays pending and is
   * tried again, as after any group commit.
   */
  hurry(): void;
  /** Commits what is pending, now. @throws what the store throws; the frames stay pending */
  flush(): void;
  /** Why the store took nothing the last time; null when it did. */
  readonly failure: unknown;
  /** Resolves when nothing is pending. */
  drained(): Promise<void>;
  /** Calls `listener` with every batch of the topic, synchronously after its commit. Disposing ends it. */
  subscribe(topic: string, listener: (batch: PublishedBatch) => void): Disposable;
  /** last committed seq, 0 for a topic without frames */
  head(topic: string): number;
  /** The chat as it is at the head (flushes first): its newest messages and all that belongs to them. */
  chatState(chatId: string): ChatState;
  indexState(): IndexState;
  /**
   * From the state at seq `after` to the head (flushes first): the missing frames, or a snapshot when there is no
   * such state to start from (`null`), its frames are folded away, or it is ahead of the head (a restored database).
   */
  catchUp(topic: string, after: number | null): CatchUp;
  /** A message of the unfolded tail, frames still pending included; null when it is not there. */
  liveMessage(chatId: string, messageId: string): Message | null;
  /** The commands that each agent of a chat named last, frames still pending included. */
  liveCommands(chatId: string): ChatState['commands'];
}
