// Knows when a turn of one root session is over. Pure: records in, a verdict out.
//
// An ordinary turn has its newest assistant message complete when `session.idle` comes. A turn that failed or was stopped
// says idle twice, first before its last message is complete. An unknown agent gives an error and no idle at all. So
// idle alone proves nothing, and where no proof comes in time the stored messages are asked (`check`).
import type { SessionRecord, WireError, WireMessage, WireMessageWithParts } from './wire.ts';

export type Verdict =
  | { kind: 'running' }
  | { kind: 'finished' }
  /** ask the server itself when nothing else was said within so many ms */
  | { kind: 'check'; inMs: number };

const RUNNING: Verdict = { kind: 'running' };
const FINISHED: Verdict = { kind: 'finished' };
const SECOND_IDLE_MS = 2000;
const ERROR_GRACE_MS = 300;

export class TurnProgress {
  /** whether the session was seen to work since the prompt */
  busy = false;
  /** what `session.error` said first; not terminal by itself */
  error: WireError | null = null;
  readonly #sessionId: string;
  readonly #promptId: string;
  #promptedAt: number | null = null;
  readonly #assistants = new Map<string, WireMessage>();

  constructor(sessionId: string, promptId: string) {
    this.#sessionId = sessionId;
    this.#promptId = promptId;
  }

  /** The newest message the agent made of this prompt. */
  newest(): WireMessage | null {
    let newest: WireMessage | null = null;
    for (const message of this.#assistants.values())
      if (
        isAfter(message, this.#promptedAt) &&
        (newest === null || isAfter(message, newest.time?.created ?? 0))
      )
        newest = message;
    return newest;
  }

  /** Whether that message is complete. */
  answered(): boolean {
    return this.newest()?.time?.completed !== undefined;
  }

  observe(record: SessionRecord): Verdict | null {
    if (record.sessionID !== this.#sessionId) return null;
    switch (record.type) {
      case 'message.updated':
        this.#onMessage(record.info);
        return null;
      case 'session.status':
        if (record.status.type === 'idle' || record.status.type === undefined) return null;
        this.busy = true;
        return RUNNING;
      case 'session.error':
        // The end of an aborted turn before this one, come late.
        if (!this.busy && record.error.name === 'MessageAbortedError') return null;
        // A second one says the same with a stack trace.
        this.error ??= record.error;
        return this.busy ? null : { kind: 'check', inMs: ERROR_GRACE_MS };
      case 'session.idle':
        return this.#onIdle();
      default:
        return null;
    }
  }

  observeStored(messages: readonly WireMessageWithParts[]): void {
    for (const { info } of messages) this.#onMessage(info);
  }

  /** The server itself says that the session is idle. `last`: it was given its time to say more. */
  idleNow(last: boolean, elapsedMs: number): Verdict {
    if (this.answered()) return FINISHED;
    if (this.newest() === null && this.error === null && !this.busy && elapsedMs < 60_000)
      return { kind: 'check', inMs: SECOND_IDLE_MS };
    return last ? FINISHED : { kind: 'check', inMs: SECOND_IDLE_MS };
  }

  #onIdle(): Verdict {
    if (this.answered()) return FINISHED;
    const hopeless = this.error !== null && this.newest() === null;
    return { kind: 'check', inMs: hopeless ? ERROR_GRACE_MS : SECOND_IDLE_MS };
  }

  #onMessage(info: WireMessage): void {
    if (info.id === this.#promptId) this.#promptedAt = info.time?.created ?? null;
    if (info.role === 'assistant') this.#assistants.set(info.id, info);
  }
}

function isAfter(message: WireMessage, time: number | null): boolean {
  return time !== null && (message.time?.created ?? 0) >= time;
}
