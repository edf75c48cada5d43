import {
  INLINE_LIMIT,
  chatTopic,
  isToolEnded,
  toErrorInfo,
  type AcpToolSnapshot,
  type AgentEvent,
  type ChatFrameEvent,
  type ContentBlock,
} from '@pilotlight/protocol';
import { KEPT, ToolStream, cutPoint, type PutBlob } from './tool-stream.ts';

/** Deltas of one message become at most one frame in this many milliseconds; the first of each kind goes out at once. */
export const COALESCE_MS = 16;

/** Between two attempts to send what a full disk does not take. */
const ROOM_MS = 500;

type PartFrame = Extract<ChatFrameEvent, { part: number }>;

/** An event that belongs to a message: part of what was said. The rest is about the chat. */
export type MessageEvent = Extract<
  AgentEvent,
  {
    type:
      | 'text'
      | 'reasoning'
      | 'tool_call'
      | 'tool_update'
      | 'segment'
      | 'retract'
      | 'content'
      | 'plan'
      | 'notice'
      | 'opaque';
  }
>;

type Pending =
  | { kind: 'text'; open: OpenText; text: string }
  | { kind: 'tool'; id: string }
  | { kind: 'frame'; event: PartFrame };

interface OpenText {
  part: number;
  type: 'text' | 'reasoning';
  /** what clients have inline of it */
  inline: string;
}

interface Tool {
  part: number;
  stream: ToolStream;
  /** the newest snapshot, when clients have not heard of it yet */
  next: AcpToolSnapshot | null;
}

export interface RecorderOptions {
  chatId: string;
  messageId: string;
  append(draft: { topic: string; messageId: string; event: ChatFrameEvent }): void;
  putBlob: PutBlob;
  /** epoch ms */
  now(): number;
}

/**
 * Turns the events of one assistant message into frames: gives every part its place, coalesces deltas, and sends of a
 * tool only what changed. Ended by `end`, which flushes and marks the tools that never finished.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #topic: string;
  readonly #tools = new Map<string, Tool>();
  #pending: Pending[] = [];
  #parts = 0;
  #plan: number | null = null;
  #open: OpenText | null = null;
  /** of what there was something already */
  readonly #begun = new Set<MessageEvent['type']>();
  #lastFlush = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #lastText = '';

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#topic = chatTopic(options.chatId);
  }

  get messageId(): string {
    return this.#options.messageId;
  }

  /** The last line of text said so far, at most 200 characters. */
  get lastLine(): string {
    const line = this.#lastText.trimEnd().split('\n').at(-1) ?? '';
    return line.trim().slice(0, 200).toWellFormed();
  }

  /** True when it is the first of its kind, which does not wait for company: an answer is seen as soon as it begins. */
  record(event: MessageEvent): boolean {
    switch (event.type) {
      case 'text':
      case 'reasoning':
        this.#text(event.type, event.text);
        break;
      case 'tool_call':
      case 'tool_update':
        this.#tool(event.toolCall);
        break;
      case 'segment':
        this.#open = null;
        return false;
      case 'retract':
        this.#retract();
        break;
      case 'plan':
        this.#plan ??= this.#take();
        this.#push({ type: 'plan', part: this.#plan, entries: event.entries });
        break;
      case 'content':
        this.#push({ type: 'content', part: this.#take(), content: this.#stored(event.content) });
        break;
      case 'notice': {
        const { level, code, text } = event;
        this.#push({ type: 'notice', part: this.#take(), level, code, text });
        break;
      }
      case 'opaque':
        this.#push({ type: 'opaque', part: this.#take(), name: event.name, payload: event.payload });
        break;
    }
    const isFirst = !this.#begun.has(event.type);
    this.#begun.add(event.type);
    this.#schedule(isFirst);
    return isFirst;
  }

  /** Sends what is held back. @throws what the store throws; what was not sent is held back still */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending.length === 0) return;
    this.#lastFlush = this.#options.now();
    let sent = 0;
    try {
      for (const item of this.#pending) {
        const event = this.#frame(item);
        if (event !== null) {
          // Made once: a text that was moved to a blob must not be moved again.
          this.#pending[sent] = { kind: 'frame', event };
          this.#options.append({ topic: this.#topic, messageId: this.#options.messageId, event });
        }
        sent += 1;
      }
    } finally {
      this.#pending.splice(0, sent);
    }
  }

  /** Flushes; tools still open were never finished, and are shown so. */
  end(): void {
    for (const tool of this.#tools.values()) {
      const snapshot = tool.next ?? tool.stream.last;
      if (!isToolEnded(snapshot.status)) this.#tool({ ...snapshot, status: 'cancelled' });
    }
    this.flush();
  }

  #take(): number {
    this.#open = null;
    return this.#parts++;
  }

  #text(type: 'text' | 'reasoning', text: string): void {
    if (text === '') return;
    if (type === 'text') this.#lastText = (this.#lastText + text).slice(-400);
    if (this.#open?.type !== type) this.#open = { part: this.#take(), type, inline: '' };
    const last = this.#pending.at(-1);
    if (last?.kind === 'text' && last.open === this.#open) last.text += text;
    else this.#pending.push({ kind: 'text', open: this.#open, text });
  }

  #tool(snapshot: AcpToolSnapshot): void {
    const known = this.#tools.get(snapshot.id);
    if (known !== undefined) {
      if (known.next === null) this.#pending.push({ kind: 'tool', id: snapshot.id });
      known.next = snapshot;
      return;
    }
    const stream = new ToolStream(snapshot, this.#options.putBlob);
    const part = this.#take();
    this.#tools.set(snapshot.id, { part, stream, next: null });
    this.#push({ type: 'tool_call', part, toolCall: stream.first });
  }

  #retract(): void {
    if (this.#open === null) return;
    const { part } = this.#open;
    this.#open = null;
    this.#push({ type: 'retract', part });
  }

  #push(event: PartFrame): void {
    this.#pending.push({ kind: 'frame', event });
  }

  #stored(content: ContentBlock): ContentBlock {
    if ((content.type !== 'image' && content.type !== 'audio') || content.data === undefined) return content;
    const { data, ...rest } = content;
    return { ...rest, blob: this.#options.putBlob(Buffer.from(data, 'base64'), content.mimeType) };
  }

  #schedule(isFirst: boolean): void {
    const wait = this.#lastFlush + COALESCE_MS - this.#options.now();
    if (this.#timer === null && wait <= 0) this.flush();
    else if (isFirst) this.#flushLater();
    else this.#timer ??= setTimeout(() => this.#flushLater(), wait);
  }

  /** Nobody is there to hear of a full disk: the next event or the end tells of it, if it still is. */
  #flushLater(): void {
    try {
      this.flush();
    } catch (error) {
      if (toErrorInfo(error).code !== 'store_full') throw error;
      setTimeout(() => this.#flushLater(), ROOM_MS).unref();
    }
  }

  /** null: nothing to say. Changes nothing when it throws. */
  #frame(item: Pending): PartFrame | null {
    if (item.kind === 'frame') return item.event;
    return item.kind === 'text' ? this.#textFrame(item) : this.#toolFrame(item.id);
  }

  #textFrame({ open, text }: Extract<Pending, { kind: 'text' }>): PartFrame {
    const { part, type, inline } = open;
    const full = inline + text;
    if (full.length <= INLINE_LIMIT) {
      open.inline = full;
      return { type, part, text };
    }
    const at = cutPoint(full, full.length - KEPT);
    const drop = Math.min(inline.length, at);
    const moved = this.#options.putBlob(full.slice(0, at), 'text/plain; charset=utf-8');
    open.inline = full.slice(at);
    return { type, part, text: full.slice(Math.max(inline.length, at)), drop, moved };
  }

  #toolFrame(id: string): PartFrame | null {
    const tool = this.#tools.get(id);
    if (tool === undefined || tool.next === null) return null;
    const patch = tool.stream.update(tool.next);
    tool.next = null;
    return patch && { type: 'tool_update', part: tool.part, patch };
  }
}
