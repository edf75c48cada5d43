import { INDEX_TOPIC, PilotlightError, chatOfTopic, type ChatFrame } from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';
import { extendTail, foldTail, readTail, type ChatTail } from './chat-tail.ts';
import type { FrameDraft, PublishedBatch } from './journal.ts';

/** Frames of the index topic kept for clients that come back; older ones get a snapshot. */
export const INDEX_KEEP = 5000;
/** Trimmed in bulk, not one by one. */
const INDEX_SLACK = 1000;
/** A batch for subscribers ends after this many UTF-16 units. */
const BATCH_LENGTH = 1024 * 1024;
/** An unfolded tail that is not worth keeping in memory while nobody looks. */
const SMALL_TAIL = 50;

let encoded: FrameDraft['event'] | null = null;
let encodedJson = '';

/** A change that two topics tell of is one event, and encoded once. */
function encode(event: FrameDraft['event']): string {
  if (event !== encoded) {
    encoded = event;
    encodedJson = JSON.stringify(event);
  }
  return encodedJson;
}

interface Saved {
  last: number;
  folded: number;
  tail: ChatTail | null;
}

/**
 * One topic in memory: how far it is on disk, what waits to get there, and what its unfolded frames amount to.
 *
 *   folded ≤ committed ≤ last
 *   frames up to `folded` are folded away, up to `committed` on disk, up to `last` numbered (those between are pending)
 */
export class TopicLane {
  readonly topic: string;
  readonly chatId: string | null;
  readonly listeners = new Set<(batch: PublishedBatch) => void>();
  readonly #store: Store;
  readonly #chatJson: string;
  #folded: number;
  #committed: number;
  #last: number;
  #pending: string[] = [];
  #tail: ChatTail | null = null;
  #saved: Saved | null = null;
  #messageId: string | null = null;
  #messageJson = 'null';

  /** @throws PilotlightError `not_found` for a name that is no topic */
  constructor(store: Store, topic: string) {
    this.#store = store;
    this.topic = topic;
    this.chatId = chatOfTopic(topic);
    if (this.chatId === null && topic !== INDEX_TOPIC) {
      throw new PilotlightError(
        'not_found',
        `There is no topic "${topic}": use "${INDEX_TOPIC}" or "chat:<id>".`,
      );
    }
    this.#chatJson = JSON.stringify(this.chatId);
    this.#folded = store.topics.get(topic)?.foldedSeq ?? 0;
    this.#committed = Math.max(this.#folded, store.frames.last(topic));
    this.#last = this.#committed;
  }

  get folded(): number {
    return this.#folded;
  }

  get committed(): number {
    return this.#committed;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** Whether the lane can be forgotten and read again from disk at little cost. */
  get isIdle(): boolean {
    const unfolded = this.#tail === null ? 0 : this.#last - this.#folded;
    return this.listeners.size === 0 && this.#pending.length === 0 && unfolded < SMALL_TAIL;
  }

  /** Numbers the frame and lets it wait; gives the length of its JSON. */
  add(draft: FrameDraft, at: number): number {
    const { event } = draft;
    const messageId = draft.messageId ?? null;
    if (messageId !== this.#messageId) {
      this.#messageId = messageId;
      this.#messageJson = JSON.stringify(messageId);
    }
    const seq = this.#last + 1;
    const json = `{"seq":${seq},"at":${at},"chat_id":${this.#chatJson},"message_id":${this.#messageJson},"event":${encode(event)}}`;
    if (this.chatId !== null) {
      const frame = { seq, at, chat_id: this.chatId, message_id: messageId, event } as ChatFrame;
      this.#tail = extendTail(this.#store, this.tail(), frame);
    }
    this.#last = seq;
    this.#pending.push(json);
    return json.length;
  }

  /** What the frames up to `last` amount to since the fold. */
  tail(): ChatTail {
    if (this.#tail === null) {
      const tail = readTail(this.#store, this.chatId ?? '');
      // Rows go with their chat; an agent may still speak to a chat that was just removed.
      this.#tail = tail.seq === this.#last ? tail : { ...tail, seq: this.#last };
    }
    return this.#tail;
  }

  /** As `tail`, without what is not on disk yet. */
  committedTail(): ChatTail {
    return this.hasPending ? readTail(this.#store, this.chatId ?? '') : this.tail();
  }

  /** Folds everything up to `last`, pending frames included: those are published and never stored. In a transaction. */
  fold(): void {
    if (this.chatId === null || this.#folded === this.#last) return;
    const rest = foldTail(this.#store, this.chatId, this.tail(), this.#last - this.#folded);
    // Where somebody looks, the next turn is near; elsewhere an agent's list of commands is not worth the memory.
    this.#tail = this.listeners.size > 0 ? rest : null;
    this.#folded = this.#last;
  }

  /** Stores what is pending. In a transaction. */
  write(): void {
    const { frames } = this.#store;
    let seq = this.#committed;
    for (const json of this.#pending) {
      seq += 1;
      if (seq > this.#folded) frames.insert(this.topic, seq, json);
    }
    if (this.chatId === null && this.#last - this.#folded > INDEX_KEEP + INDEX_SLACK) this.#trim();
  }

  #trim(): void {
    const through = this.#last - INDEX_KEEP;
    this.#store.frames.removeThrough(this.topic, through);
    this.#store.topics.upsert(this.topic, { foldedSeq: through, state: null });
    this.#folded = through;
  }

  /** Remembers where to go back to when the transaction that begins now fails. Nothing may be pending. */
  save(): void {
    this.#saved = { last: this.#last, folded: this.#folded, tail: this.#tail };
  }

  /** The transaction failed: as it was at `save`, nothing pending. */
  restore(): void {
    if (this.#saved === null) return;
    this.#last = this.#saved.last;
    this.#folded = this.#saved.folded;
    this.#tail = this.#saved.tail;
    this.#pending = [];
    this.#saved = null;
  }

  /** A write of pending frames failed: they go on waiting, and only what `write` itself changed goes back. */
  rewind(folded: number): void {
    this.#folded = folded;
  }

  /** The transaction is on disk: the batches to publish. */
  committedNow(): PublishedBatch[] {
    const batches = this.listeners.size === 0 ? [] : this.#batches();
    this.#committed = this.#last;
    this.#pending = [];
    this.#saved = null;
    return batches;
  }

  #batches(): PublishedBatch[] {
    const batches: PublishedBatch[] = [];
    let from = 0;
    let length = 0;
    for (let index = 0; index < this.#pending.length; index += 1) {
      length += this.#pending[index]?.length ?? 0;
      if (length < BATCH_LENGTH && index < this.#pending.length - 1) continue;
      batches.push(this.#batch(from, index + 1));
      from = index + 1;
      length = 0;
    }
    return batches;
  }

  #batch(from: number, to: number): PublishedBatch {
    const whole = from === 0 && to === this.#pending.length;
    const frames = whole ? this.#pending : this.#pending.slice(from, to);
    return {
      topic: this.topic,
      firstSeq: this.#committed + from + 1,
      lastSeq: this.#committed + to,
      count: to - from,
      json: frames.join(','),
    };
  }
}
