// Turns the events of one opencode conversation into agent events. No effects, no clock: the same records in the same
// order give the same events.
//
// It may be fed the same thing twice and in part late, which is what a broken stream leads to: what was already said of
// a part is kept beside it, so that a part that comes again, or whole after its deltas were lost, yields exactly what is
// missing. After `streamBroke()` the deltas of a part that was running then are worthless (its end brings the whole
// text), and whatever follows it in its session is held back until then, so that the order stays right.
//
// Sub-agents run in child sessions. Their tool calls are shown with the call that started them as parent; what they
// think and write is not the text of the conversation and is left out: their answer is the result of that call.
import type { AcpToolSnapshot, AgentEvent } from '@pilotlight/protocol';
import { isToolEnded } from '@pilotlight/protocol';
import { childSession, type StoredTurn } from './stored-messages.ts';
import { storedRecords, writesTodos } from './stored-records.ts';
import { planEntry, retryText } from './event-words.ts';
import { remainder, type TextPart } from './text-part.ts';
import { isOlderSnapshot, toolSnapshot } from './tool-snapshot.ts';
import { UsageMeter } from './usage.ts';
import type { SessionRecord, WireMessage, WirePart, WireSession, WireStatus, WireTodo } from './wire.ts';

interface ToolPart {
  readonly messageID: string;
  readonly callID: string;
  snapshot: AcpToolSnapshot;
  /** the snapshot as JSON, to know a repetition */
  said: string;
}

export interface MapperOptions {
  /** the root session */
  sessionId: string;
  /** tokens that `provider/model` takes; undefined when not known */
  contextSize(model: string): number | undefined;
}

/** The titles opencode gives before it has thought of one. */
const DEFAULT_TITLE = /^(New|Child) session - /;

export class EventMapper {
  /** child session → the tool call that started it, null while not known */
  readonly children = new Map<string, string | null>();
  readonly #options: MapperOptions;
  readonly #meter = new UsageMeter();
  #messages = new Map<string, WireMessage>();
  #earlier = new Set<string>();
  #texts = new Map<string, TextPart>();
  #tools = new Map<string, ToolPart>();
  #seen = new Set<string>();
  #held: SessionRecord[] = [];
  /** the part whose text was the last thing said */
  #running: string | null = null;
  #title: string | null = null;
  #plan = '';
  #retry = '';

  constructor(options: MapperOptions) {
    this.#options = options;
  }

  /** The session as it was found, before anything is said of it. */
  sessionFound(info: WireSession): void {
    this.#meter.sessionUpdated(info);
    this.#title = info.title ?? null;
  }

  /** A new prompt: whatever still comes of earlier messages is no part of it. */
  turnStarted(): void {
    this.#earlier = new Set(this.#messages.keys());
    this.children.clear();
    this.#messages.clear();
    this.#texts.clear();
    this.#tools.clear();
    this.#seen.clear();
    this.#held = [];
    this.#running = null;
    this.#retry = '';
    this.#meter.turnStarted();
  }

  /**
   * The turn runs already, and what is stored of it will be applied. `todos`: as they are now; those of an earlier turn
   * are no news of this one.
   */
  takeUp(stored: StoredTurn, todos: readonly WireTodo[]): void {
    const parts = (stored.get(this.#options.sessionId) ?? []).flatMap((message) => message.parts);
    this.#meter.turnTakenUp(parts.filter(({ type }) => type === 'step-finish'));
    this.#title = null;
    if (!parts.some(writesTodos)) this.#plan = JSON.stringify(todos.map(planEntry));
  }

  /** Whether a text that runs is known in part only, so that nothing of it is said before it ends. */
  get owesText(): boolean {
    return [...this.#texts.values()].some((part) => part.gapped && !part.ended);
  }

  /** Events were missed from here on. */
  streamBroke(): void {
    for (const part of this.#texts.values()) if (!part.ended) part.gapped = true;
  }

  /** Nothing more will come: what was held back is given out. */
  turnEnding(): AgentEvent[] {
    const out: AgentEvent[] = [];
    for (const part of this.#texts.values()) part.ended = true;
    this.#releaseHeld(out);
    return out;
  }

  /** The call a permission or question is about, as last seen; it may not be told yet. */
  findTool(messageID: string | undefined, callID: string | undefined): AcpToolSnapshot | undefined {
    for (const tool of this.#tools.values())
      if (tool.messageID === messageID && tool.callID === callID) return tool.snapshot;
    for (const record of this.#held.toReversed()) {
      if (record.type !== 'message.part.updated' || record.part.type !== 'tool') continue;
      const { part, sessionID } = record;
      if (part.messageID === messageID && part.callID === callID)
        return toolSnapshot(part, this.children.get(sessionID) ?? null);
    }
    return undefined;
  }

  apply(record: SessionRecord): AgentEvent[] {
    const out: AgentEvent[] = [];
    this.#apply(record, out, false);
    return out;
  }

  /**
   * The stored messages of the turn as they are now, of the root and of its sub-agents by session, oldest first; yields
   * what was missed. What a sub-agent did comes behind the call that started it, as it would have come. `plans`: each
   * plan that was made is told where it was made.
   */
  applyStored(stored: StoredTurn, plans = false): AgentEvent[] {
    const out: AgentEvent[] = [];
    for (const record of storedRecords(this.#options.sessionId, stored, plans))
      this.#apply(record, out, true);
    return out;
  }

  #apply(record: SessionRecord, out: AgentEvent[], stored: boolean): void {
    if (this.#mustWait(record)) {
      this.#held.push(record);
      return;
    }
    const root = record.sessionID === this.#options.sessionId;
    switch (record.type) {
      case 'session.created':
      case 'session.updated':
        return this.#onSession(record, out, root);
      case 'message.updated':
        return this.#onMessage(record.info, out, root);
      case 'message.part.updated':
        return this.#onPart(record.part, out, root, stored);
      case 'message.part.delta':
        return this.#onDelta(record.partID, record.delta, out);
      case 'session.status':
        return this.#onStatus(record.sessionID, record.status, out);
      case 'todo.updated':
        return root ? this.#onTodos(record.todos, out) : undefined;
      default:
        return undefined;
    }
  }

  #onSession(
    { info }: Extract<SessionRecord, { type: 'session.created' | 'session.updated' }>,
    out: AgentEvent[],
    root: boolean,
  ): void {
    if (!root) {
      if (!this.children.has(info.id)) this.children.set(info.id, null);
      return;
    }
    this.#meter.sessionUpdated(info);
    const title = info.title ?? '';
    if (title === '' || title === this.#title || DEFAULT_TITLE.test(title)) return;
    this.#title = title;
    out.push({ type: 'title', title });
  }

  #onMessage(info: WireMessage, out: AgentEvent[], root: boolean): void {
    if (this.#earlier.has(info.id)) return;
    const before = this.#messages.get(info.id);
    this.#messages.set(info.id, info);
    if (info.role !== 'assistant') return;
    if (root && isCompaction(info) && before === undefined) {
      const text = 'The conversation is being summarised so that it fits the context of the model.';
      out.push({ type: 'notice', level: 'info', code: 'compaction', text });
    }
    if (info.time?.completed === undefined) return;
    for (const part of this.#texts.values())
      if (part.messageID === info.id && !part.ended) this.#abandon(part, out, false);
    this.#releaseHeld(out);
  }

  #onPart(part: WirePart, out: AgentEvent[], root: boolean, stored: boolean): void {
    const message = this.#messages.get(part.messageID);
    if (message?.role !== 'assistant') return;
    if (part.type === 'tool') return this.#onTool(part, out);
    if (part.type === 'step-finish') return this.#onStepFinish(part, message, out, root);
    if (!root) return;
    if (isCompaction(message)) return;
    if (part.type === 'text' || part.type === 'reasoning') return this.#onText(part, part.type, out, stored);
    if (part.type === 'step-start') this.#onStepStart(part, out);
  }

  #onText(part: WirePart, kind: 'text' | 'reasoning', out: AgentEvent[], stored: boolean): void {
    const ended = part.time === undefined || part.time.end !== undefined;
    const known = this.#texts.get(part.id);
    const { id, messageID } = part;
    const startedAt = part.time?.start ?? null;
    // A running part that is stored shows no text: what was said of it is lost until it ends.
    const text = known ?? {
      kind,
      id,
      messageID,
      startedAt,
      emitted: '',
      ended: false,
      gapped: stored && !ended,
    };
    this.#texts.set(id, text);
    if (text.ended) return;
    if (!ended && stored) return;
    if (ended || (part.text ?? '').length > text.emitted.length)
      this.#completeText(text, part.text ?? '', out);
    if (!ended) {
      // Its beginning, seen as it happened: the deltas that follow are whole again.
      if ((part.text ?? '').length >= text.emitted.length) text.gapped = false;
      return;
    }
    text.ended = true;
    this.#closeSegment(text, out);
    this.#releaseHeld(out);
  }

  #completeText(part: TextPart, whole: string, out: AgentEvent[]): void {
    const { restart, text } = remainder(part.emitted, whole);
    if (restart) {
      // What is no longer the last thing said cannot be withdrawn; it stays as it was shown.
      if (this.#running !== part.id) return;
      out.push({ type: 'retract' });
      part.emitted = '';
    }
    this.#say(part, text, out);
  }

  #onDelta(partId: string, delta: string, out: AgentEvent[]): void {
    const part = this.#texts.get(partId);
    if (part === undefined || part.ended || part.gapped) return;
    this.#say(part, delta, out);
  }

  #say(part: TextPart, text: string, out: AgentEvent[]): void {
    if (text === '') return;
    if (this.#running !== null && this.#running !== part.id) out.push({ type: 'segment' });
    this.#running = part.id;
    part.emitted += text;
    out.push({ type: part.kind, text });
  }

  #closeSegment(part: TextPart, out: AgentEvent[]): void {
    if (this.#running !== part.id) return;
    this.#running = null;
    out.push({ type: 'segment' });
  }

  /** A part that will never end. `retract`: the provider failed in its middle and says it again. */
  #abandon(part: TextPart, out: AgentEvent[], retract: boolean): void {
    part.ended = true;
    if (!retract || this.#running !== part.id) return this.#closeSegment(part, out);
    this.#running = null;
    out.push({ type: 'retract' });
  }

  #onStepStart(part: WirePart, out: AgentEvent[]): void {
    if (this.#seen.has(part.id)) return;
    this.#seen.add(part.id);
    // A second start in one message is a repetition after a failure.
    for (const text of this.#texts.values())
      if (text.messageID === part.messageID && !text.ended) this.#abandon(text, out, true);
    this.#releaseHeld(out);
  }

  #onStepFinish(part: WirePart, message: WireMessage, out: AgentEvent[], root: boolean): void {
    if (this.#seen.has(part.id)) return;
    this.#seen.add(part.id);
    if (!root) this.#meter.childStepFinished(part);
    else this.#meter.stepFinished(isCompaction(message) ? withoutContext(part) : part);
    const size = this.#options.contextSize(`${message.providerID ?? ''}/${message.modelID ?? ''}`);
    out.push({ type: 'usage', usage: this.#meter.read(root ? size : undefined), turn: this.#meter.spent() });
  }

  #onTool(part: WirePart, out: AgentEvent[]): void {
    const child = childSession(part);
    if (child !== null) this.children.set(child, part.id);
    const before = this.#tools.get(part.id);
    if (before !== undefined && isToolEnded(before.snapshot.status)) return;
    const snapshot = toolSnapshot(part, this.children.get(part.sessionID) ?? null);
    const said = JSON.stringify(snapshot);
    if (before !== undefined && (before.said === said || isOlderSnapshot(snapshot, before.snapshot))) return;
    const { messageID, callID = '' } = part;
    this.#tools.set(part.id, { messageID, callID, snapshot, said });
    if (before === undefined) this.#running = null;
    out.push({ type: before === undefined ? 'tool_call' : 'tool_update', toolCall: snapshot });
  }

  #onStatus(sessionID: string, status: WireStatus, out: AgentEvent[]): void {
    if (status.type !== 'retry') return;
    const key = `${sessionID} ${status.attempt} ${status.next}`;
    if (key === this.#retry) return;
    this.#retry = key;
    if (sessionID === this.#options.sessionId) {
      // What was read from the server may be of the attempt that this one announces.
      const isOfNext = ({ startedAt }: TextPart): boolean =>
        startedAt !== null && status.next !== undefined && startedAt >= status.next;
      for (const part of this.#texts.values())
        if (!part.ended && !isOfNext(part)) this.#abandon(part, out, true);
      this.#releaseHeld(out);
    }
    out.push({ type: 'notice', level: 'warning', code: 'provider_retry', text: retryText(status) });
  }

  #onTodos(todos: WireTodo[], out: AgentEvent[]): void {
    const entries = todos.map(planEntry);
    const said = JSON.stringify(entries);
    if (said === this.#plan || (todos.length === 0 && this.#plan === '')) return;
    this.#plan = said;
    out.push({ type: 'plan', entries });
  }

  /** Whether a part before this one in its session still owes its text. */
  #mustWait(record: SessionRecord): boolean {
    if (record.sessionID !== this.#options.sessionId) return false;
    const id =
      record.type === 'message.part.updated'
        ? record.part.id
        : record.type === 'message.part.delta'
          ? record.partID
          : null;
    if (id === null || this.#tools.has(id)) return false;
    // The start of a repetition is what says that the part will never end.
    if (record.type === 'message.part.updated' && record.part.type === 'step-start') return false;
    for (const part of this.#texts.values()) {
      if (part.id === id) return false;
      if (part.gapped && !part.ended) return true;
    }
    return false;
  }

  #releaseHeld(out: AgentEvent[]): void {
    const held = this.#held;
    this.#held = [];
    for (const record of held) this.#apply(record, out, false);
  }
}

function isCompaction(message: WireMessage): boolean {
  return message.role === 'assistant' && message.summary === true;
}

/** A summary's own tokens say nothing of how full the context is. */
function withoutContext(part: WirePart): WirePart {
  const { total: _total, ...tokens } = part.tokens ?? {};
  return { ...part, tokens };
}
