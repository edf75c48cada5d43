import {
  applyFrame,
  type ChatState,
  type ClientMessage,
  type Frame,
  type ServerMessage,
  type TopicState,
  type TurnState,
} from '@pilotlight/protocol';
import { isTurnEnded } from '@pilotlight/client';
import { isDeepStrictEqual } from 'node:util';

/**
 * Checks every word that comes for one topic over all its connections, and keeps its state. It mends nothing: what is out
 * of order is a problem, and then taken as it is, so that one defect is told once.
 */
export class TopicCheck {
  readonly topic: string;
  state: TopicState | null = null;
  frames = 0;
  snapshots = 0;
  skipped = 0;
  readonly problems: { seq: number; text: string }[] = [];
  /** A subscription was sent and not answered. */
  #asked = false;

  constructor(topic: string) {
    this.topic = topic;
  }

  /** What to say on a new connection. */
  subscription(): ClientMessage {
    this.#asked = true;
    const { topic, state } = this;
    return state === null ? { type: 'subscribe', topic } : { type: 'subscribe', topic, after: state.seq };
  }

  /** True when the topic must be subscribed again. */
  take(message: ServerMessage): boolean {
    if (message.type === 'snapshot') this.#takeSnapshot(message.state);
    else if (message.type === 'frames') this.#takeFrames(message.frames);
    else if (message.type === 'error') this.#problem(0, `the server says ${JSON.stringify(message.error)}`);
    return message.type === 'resubscribe';
  }

  /** Compares with what somebody sees who comes only now, at the same seq. */
  compare(fresh: TopicState): void {
    const { state } = this;
    if (state === null || state.seq !== fresh.seq)
      this.#problem(fresh.seq, `a snapshot of ${fresh.seq} beside a state of ${String(state?.seq)}`);
    else for (const text of differences(state, fresh)) this.#problem(fresh.seq, text);
  }

  #takeSnapshot(state: TopicState): void {
    const before = this.state;
    if (!this.#asked) this.#problem(state.seq, 'a snapshot that nobody asked for');
    this.#asked = false;
    this.snapshots += 1;
    this.state = state;
    if (before === null) return;
    if (state.seq === before.seq)
      this.#problem(state.seq, 'a snapshot for a client that was up to date, where no frames would do');
    if (state.seq < before.seq)
      this.#problem(state.seq, `a snapshot that goes back from ${before.seq}: committed frames are gone`);
    else {
      this.skipped += state.seq - before.seq;
      for (const text of contradictions(before, state)) this.#problem(state.seq, text);
    }
  }

  #takeFrames(frames: readonly Frame[]): void {
    this.#asked = false;
    for (const frame of frames) this.#takeFrame(frame);
  }

  #takeFrame(frame: Frame): void {
    let before = this.state;
    this.frames += 1;
    if (before === null) {
      this.#problem(frame.seq, 'a frame before any state');
      return;
    }
    if (frame.seq <= before.seq) {
      this.#problem(frame.seq, `a frame that came already; ${before.seq} was the last`);
      return;
    }
    if (frame.seq > before.seq + 1) {
      this.#problem(frame.seq, `a gap: ${before.seq} was the last frame before it`);
      before = { ...before, seq: frame.seq - 1 };
    }
    const state = applyFrame(before, frame);
    if (before.kind === 'chat' && state.kind === 'chat') this.#checkStep(before, state, frame);
    this.state = state;
  }

  #checkStep(before: ChatState, after: ChatState, { event, seq }: Frame): void {
    if ('part' in event && before.messages === after.messages)
      this.#problem(seq, `a frame of type ${event.type} about a message or part that is not there`);
    if (event.type !== 'turn') return;
    const known = before.turns[event.turn.id]?.state;
    if (known !== undefined && revives(known, event.turn.state))
      this.#problem(seq, `turn ${event.turn.id} was ${known} and is ${event.turn.state}`);
  }

  #problem(seq: number, text: string): void {
    this.problems.push({ seq, text });
  }
}

function revives(before: TurnState, after: TurnState): boolean {
  return isTurnEnded(before) && before !== after;
}

/** What a later snapshot says otherwise than it can: of turns that had ended nothing changes but what came late. */
function contradictions(before: TopicState, after: TopicState): string[] {
  if (before.kind !== 'chat' || after.kind !== 'chat') return [];
  const found: string[] = [];
  for (const turn of Object.values(before.turns)) {
    const later = after.turns[turn.id];
    if (later !== undefined && revives(turn.state, later.state))
      found.push(`turn ${turn.id} was ${turn.state} and is ${later.state} in a snapshot`);
  }
  const kept = new Map(after.messages.map((message) => [message.id, message]));
  // Those that make way for newer ones are the oldest.
  const first = before.messages.findIndex(({ id }) => kept.has(id));
  const windowFrom = after.hasEarlier ? (first === -1 ? before.messages.length : first) : 0;
  for (const [at, message] of before.messages.entries()) {
    const later = kept.get(message.id);
    if (later === undefined && at >= windowFrom)
      found.push(`message ${message.id} is not in a later snapshot`);
    for (const [index, part] of (later === undefined ? [] : message.parts).entries()) {
      const now = later?.parts[index];
      if (part.type !== 'text' || part.head !== undefined) continue;
      if (now?.type !== 'text' || (now.head === undefined && !now.text.startsWith(part.text)))
        found.push(`part ${index} of message ${message.id} does not go on in a later snapshot`);
    }
  }
  return found;
}

/** Where the state of somebody who was there differs from a snapshot, which may know less of the past. */
function differences(seen: TopicState, fresh: TopicState): string[] {
  if (seen.kind !== fresh.kind) return [`a state of kind ${seen.kind} beside one of ${fresh.kind}`];
  const found: string[] = [];
  for (const [name, value] of Object.entries(fresh)) {
    if (name === 'hasEarlier') continue;
    let own: unknown = seen[name as keyof TopicState];
    if (name === 'messages')
      own = (own as ChatState['messages']).slice(-(value as unknown[]).length || Infinity);
    else if (name === 'turns' || name === 'permissions') {
      const all = own as Record<string, unknown>;
      // A chat's snapshot holds the newest only; the index holds all.
      if (fresh.kind === 'chat') own = Object.fromEntries(Object.keys(value).map((id) => [id, all[id]]));
    }
    if (!isDeepStrictEqual(own, value))
      found.push(`${name} differs from a snapshot: ${firstDifference(own, value)}`);
  }
  return found;
}

function firstDifference(own: unknown, fresh: unknown): string {
  const [left, right] = [JSON.stringify(own) ?? '', JSON.stringify(fresh) ?? ''];
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  const from = Math.max(0, at - 60);
  return `seen …${left.slice(from, at + 90)}… snapshot …${right.slice(from, at + 90)}…`;
}
