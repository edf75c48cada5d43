import {
  INDEX_TOPIC,
  PilotlightError,
  chatTopic,
  type ChatState,
  type IndexState,
  type Message,
} from '@pilotlight/protocol';
import type { Durability, Store } from '../store/store.ts';
import { IdleTidier } from './idle-tidier.ts';
import type { CatchUp, CommitScope, FrameDraft, Journal, Published, PublishedBatch } from './journal.ts';
import { PendingLimit } from './pending-limit.ts';
import { chatSnapshot, indexSnapshot } from './snapshots.ts';
import { TopicLane } from './topic-lane.ts';

/** Longest tail that is sent as frames; a client further behind is better served by a snapshot. */
const LONGEST_TAIL = 20_000;
/** How long deferred rows wait for frames to share their commit with. */
const COMPANY_MS = 5;
/** Topics kept in memory before those that nobody uses are let go. */
const MOST_LANES = 512;

export interface JournalOptions {
  /** A group commit failed; its frames wait and are tried again. Called once a failure, not once a frame. */
  onFailure?(error: unknown): void;
  /** A subscriber threw: a defect of the subscriber. Its subscription goes on. */
  onListenerError?(error: unknown, topic: string): void;
  /** messages in a chat's snapshot, 100 unless told */
  window?: number;
  /** epoch ms */
  now?(): number;
  /** UTF-16 units of frames that may wait for a disk that takes nothing, 64 Mi unless told */
  pendingLimit?: number;
}

/** The journal on that store. Only one may exist for a database: it numbers the frames. */
export function createJournal(store: Store, options: JournalOptions = {}): Journal {
  return new StoreJournal(store, options);
}

class StoreJournal implements Journal {
  readonly #store: Store;
  readonly #options: JournalOptions;
  readonly #window: number;
  readonly #now: () => number;
  readonly #lanes = new Map<string, TopicLane>();
  /** lanes with pending frames, in the order of their first one */
  readonly #dirty = new Set<TopicLane>();
  readonly #limit: PendingLimit;
  readonly #tidier: IdleTidier;
  readonly #unpublished: [TopicLane, PublishedBatch][] = [];
  #publishing = false;
  #scope: CommitScope | null = null;
  /** appended inside the work of a commit: these survive when it fails */
  #riding: FrameDraft[] = [];
  /** the commit that is open ends a turn */
  #folded = false;
  /** row writes that wait for the group commit */
  #deferred: (() => void)[] = [];
  #failure: unknown = null;
  #immediate: NodeJS.Immediate | null = null;
  #company: NodeJS.Timeout | null = null;
  #waiting: PromiseWithResolvers<void>[] = [];
  #disposed = false;

  constructor(store: Store, options: JournalOptions) {
    this.#store = store;
    this.#options = options;
    this.#window = options.window ?? 100;
    this.#now = options.now ?? Date.now;
    this.#limit = new PendingLimit(options.pendingLimit, () => this.#groupCommit());
    this.#tidier = new IdleTidier(store, (error) => options.onFailure?.(error));
  }

  commit<T>(
    work: (scope: CommitScope) => T,
    durability: Durability = 'synced',
    published: Published = 'now',
  ): T {
    if (this.#scope !== null) return work(this.#scope);
    this.#mustBeOpen();
    this.#refuseForeignTransaction();
    this.flush();
    const scope = this.#openScope();
    this.#scope = scope;
    this.#folded = false;
    let result: T;
    try {
      result = this.#store.transaction(() => {
        const value = work(scope);
        for (const lane of this.#dirty) lane.write();
        return value;
      }, durability);
    } catch (error) {
      this.#takeBack();
      if (isStoreFailure(error)) this.#failure = error;
      throw error;
    }
    this.#failure = null;
    this.#scope = null;
    this.#riding = [];
    const turnEnded = this.#folded;
    this.#onDisk(published);
    if (turnEnded) this.#tidier.turnEnded();
    return result;
  }

  append(draft: FrameDraft): void {
    if (this.#add(draft)) this.#schedule();
  }

  defer(write: () => void, drafts: readonly FrameDraft[]): void {
    this.#mustBeOpen();
    // Inside the work of a commit the row waits for the next group: should that work fail, it is written all the same.
    this.#deferred.push(write);
    for (const draft of drafts) this.#add(draft);
    this.#company ??= setTimeout(() => this.#schedule(), COMPANY_MS);
  }

  /** False when the frame rides in the commit that is open. */
  #add(draft: FrameDraft): boolean {
    this.#mustBeOpen();
    if (this.#scope !== null) {
      this.#riding.push(draft);
      this.#scope.frame(draft);
      return false;
    }
    this.#limit.check(this.#store.file);
    const lane = this.#lane(draft.topic);
    this.#limit.add(lane.add(draft, this.#now()));
    this.#dirty.add(lane);
    return true;
  }

  #schedule(): void {
    this.#immediate ??= this.#limit.isWaiting ? null : setImmediate(() => this.#groupCommit());
  }

  flush(): void {
    // Inside the work of a commit everything goes with that commit.
    if (this.#scope !== null || (this.#dirty.size === 0 && this.#deferred.length === 0)) return;
    this.#unschedule();
    this.#refuseForeignTransaction();
    this.#writePending();
    this.#onDisk();
  }

  hurry(): void {
    this.#tryFlush();
  }

  get failure(): unknown {
    return this.#failure;
  }

  drained(): Promise<void> {
    if (this.#dirty.size === 0 && this.#deferred.length === 0) return Promise.resolve();
    const waiting = Promise.withResolvers<void>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  subscribe(topic: string, listener: (batch: PublishedBatch) => void): Disposable {
    const lane = this.#lane(topic);
    // A function of its own, so that one listener may subscribe twice.
    const own = (batch: PublishedBatch) => listener(batch);
    // What is pending was made before: it goes to those who were there.
    this.#tryFlush();
    lane.listeners.add(own);
    return { [Symbol.dispose]: () => void lane.listeners.delete(own) };
  }

  head(topic: string): number {
    return this.#lane(topic).committed;
  }

  chatState(chatId: string): ChatState {
    this.#settle();
    return chatSnapshot(this.#store, chatId, this.#lane(chatTopic(chatId)).committedTail(), this.#window);
  }

  indexState(): IndexState {
    this.#settle();
    return indexSnapshot(this.#store, this.head(INDEX_TOPIC));
  }

  catchUp(topic: string, after: number | null): CatchUp {
    this.#settle();
    const lane = this.#lane(topic);
    const { committed, folded, chatId } = lane;
    const isReachable = after !== null && after >= folded && after <= committed;
    if (!isReachable || committed - after > LONGEST_TAIL) {
      return { kind: 'snapshot', state: chatId === null ? this.indexState() : this.chatState(chatId) };
    }
    const rows = after === committed ? [] : this.#store.frames.after(topic, after);
    return {
      kind: 'tail',
      json: rows.map((row) => row.json).join(','),
      count: rows.length,
      lastSeq: committed,
    };
  }

  liveMessage(chatId: string, messageId: string): Message | null {
    const { messages } = this.#lane(chatTopic(chatId)).tail();
    return messages.findLast((message) => message.id === messageId) ?? null;
  }

  liveCommands(chatId: string): ChatState['commands'] {
    return this.#lane(chatTopic(chatId)).tail().commands;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    try {
      this.flush();
    } catch (error) {
      this.#options.onFailure?.(error);
      for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    }
    this.#disposed = true;
    this.#unschedule();
    this.#limit[Symbol.dispose]();
    this.#tidier[Symbol.dispose]();
  }

  #openScope(): CommitScope {
    const touched = (topic: string): TopicLane => {
      const lane = this.#lane(topic);
      if (!this.#dirty.has(lane)) {
        lane.save();
        this.#dirty.add(lane);
      }
      return lane;
    };
    return {
      frame: (draft) => void touched(draft.topic).add(draft, this.#now()),
      fold: (chatId) => {
        touched(chatTopic(chatId)).fold();
        this.#folded = true;
      },
    };
  }

  /** The transaction of a commit failed: as if it had never begun. */
  #takeBack(): void {
    this.#scope = null;
    for (const lane of this.#dirty) lane.restore();
    this.#dirty.clear();
    const riding = this.#riding;
    this.#riding = [];
    for (const draft of riding) this.append(draft);
  }

  #writePending(): void {
    const folded = new Map([...this.#dirty].map((lane) => [lane, lane.folded]));
    try {
      this.#store.transaction(() => {
        for (const write of this.#deferred) this.#writeDeferred(write);
        for (const lane of this.#dirty) lane.write();
      }, 'written');
      this.#deferred = [];
    } catch (error) {
      for (const [lane, seq] of folded) lane.rewind(seq);
      this.#limit.failed();
      this.#failure = error;
      throw error;
    }
    this.#failure = null;
    this.#limit.clear();
  }

  #writeDeferred(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof PilotlightError) || error.code !== 'conflict') throw error;
    }
  }

  /** What was dirty is committed: publish it, in order, even when a subscriber commits in turn. */
  #onDisk(published: Published = 'now'): void {
    for (const lane of this.#dirty) {
      for (const batch of lane.committedNow()) this.#unpublished.push([lane, batch]);
    }
    this.#dirty.clear();
    if (published === 'now') this.#publish();
    else process.nextTick(() => this.#publish());
    if (this.#dirty.size === 0) for (const waiting of this.#waiting.splice(0)) waiting.resolve();
    this.#tidier.workDone();
  }

  #publish(): void {
    if (this.#publishing) return;
    this.#publishing = true;
    try {
      for (let next = this.#unpublished.shift(); next !== undefined; next = this.#unpublished.shift()) {
        const [lane, batch] = next;
        for (const listener of Array.from(lane.listeners)) this.#tell(listener, batch);
      }
    } finally {
      this.#publishing = false;
    }
  }

  #tell(listener: (batch: PublishedBatch) => void, batch: PublishedBatch): void {
    try {
      listener(batch);
    } catch (error) {
      this.#options.onListenerError?.(error, batch.topic);
    }
  }

  #unschedule(): void {
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    if (this.#company !== null) clearTimeout(this.#company);
    this.#immediate = null;
    this.#company = null;
  }

  #groupCommit(): void {
    this.#immediate = null;
    this.#tryFlush();
  }

  /** Readers go on while the disk takes nothing: they see what is on it. */
  #tryFlush(): void {
    if (this.#scope !== null) return;
    try {
      this.flush();
    } catch (error) {
      this.#options.onFailure?.(error);
    }
    // Nobody reads or subscribes between a commit and its publication.
    this.#publish();
  }

  #settle(): void {
    if (this.#scope !== null) {
      throw new PilotlightError(
        'internal',
        'The state of a topic was asked for inside a commit, before it is on disk.',
      );
    }
    this.#tryFlush();
  }

  /** Joined to a transaction of someone else, frames would be published before they are on disk. */
  #refuseForeignTransaction(): void {
    if (!this.#store.inTransaction) return;
    throw new PilotlightError(
      'internal',
      'The journal was used inside Store.transaction. Write the rows inside Journal.commit instead.',
    );
  }

  #mustBeOpen(): void {
    if (this.#disposed)
      throw new PilotlightError('server_stopping', 'The journal is closed: the server stops.');
  }

  #lane(topic: string): TopicLane {
    const known = this.#lanes.get(topic);
    if (known !== undefined) return known;
    const lane = new TopicLane(this.#store, topic);
    if (this.#lanes.size >= MOST_LANES) this.#letGo();
    this.#lanes.set(topic, lane);
    return lane;
  }

  #letGo(): void {
    for (const [topic, lane] of this.#lanes)
      if (lane.isIdle && !this.#dirty.has(lane)) this.#lanes.delete(topic);
  }
}

/** The disk or the file, and not what was to be written. */
function isStoreFailure(error: unknown): boolean {
  return error instanceof PilotlightError && error.code.startsWith('store_');
}
