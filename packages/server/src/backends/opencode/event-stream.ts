// The one event stream of an opencode server: `GET /global/event` for as long as the server lives.
//
// It is always drained, since the server keeps whatever a slow reader does not take, without bound. The server never
// forgets a closed stream either (each dead one costs it time and memory for every event), so there is one stream a
// server and it is reopened only when it broke. There is no replay: what happened in between must be fetched anew, which
// is what `onOpen(reopened: true)` is for.
//
// The server says `server.connected` first and subscribes to its own events a moment later (seen in 1.18): what happens in
// that moment nobody is told. Whatever comes next, a heartbeat after 10 s at the latest, shows that it has subscribed; what
// was missed is then fetched once more (`onHeard`).
//
//   opening ──► open ──► heard ──(end, error, 25 s of silence)──► waiting ──► opening …   close() from anywhere ──► closed
import { createParser } from 'eventsource-parser';
import { setTimeout as delay } from 'node:timers/promises';
import type { OpenCodeHttp } from './http.ts';
import { asObject } from './wire.ts';

/** The server sends a heartbeat every 10 s. */
const SILENCE_MS = 25_000;
const PAUSES_MS = [20, 100, 300, 1000, 2000];

export interface EventStreamListener {
  /** One event `{type, properties}`. */
  onEvent(payload: unknown): void;
  /** The stream delivers from now on, or in a moment. `reopened`: events were missed since it broke. */
  onOpen(reopened: boolean): void;
  /** Now it does deliver: the first event since it was opened is there, and told next. */
  onHeard(): void;
  onBroken(): void;
}

export class OpenCodeEventStream {
  /** How often the stream was opened; each time but one left a dead subscriber in the server. */
  opened = 0;
  readonly #http: OpenCodeHttp;
  readonly #listener: EventStreamListener;
  readonly #closed = new AbortController();
  readonly #silenceMs: number;
  #firstOpen = Promise.withResolvers<void>();
  /** something came behind `server.connected` */
  #heard = false;

  constructor(http: OpenCodeHttp, listener: EventStreamListener, silenceMs: number = SILENCE_MS) {
    this.#http = http;
    this.#listener = listener;
    this.#silenceMs = silenceMs;
  }

  /** Opens the stream and keeps it open. Resolves when the first events can arrive; never when closed before. */
  start(): Promise<void> {
    void this.#run();
    return this.#firstOpen.promise;
  }

  close(): void {
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closed.signal.aborted) {
      const before = this.opened;
      await this.#readUntilBroken();
      if (this.#closed.signal.aborted) return;
      const wasOpen = this.opened > before;
      if (wasOpen) this.#listener.onBroken();
      failures = wasOpen ? 0 : failures + 1;
      const pause = PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0;
      await delay(pause, undefined, { signal: this.#closed.signal }).catch(() => {});
    }
  }

  /** Returns when the stream ended in whatever way. */
  async #readUntilBroken(): Promise<void> {
    const broken = new AbortController();
    const signal = AbortSignal.any([broken.signal, this.#closed.signal]);
    const watchdog = setTimeout(() => broken.abort(), this.#silenceMs);
    const parser = createParser({
      onEvent: ({ data }) => {
        watchdog.refresh();
        this.#deliver(data);
      },
    });
    try {
      const body = await this.#http.openStream('/global/event', signal);
      body.setEncoding('utf8');
      for await (const chunk of body) parser.feed(chunk as string);
    } catch {
      // Whatever broke it, the cure is the same: open it again.
    } finally {
      clearTimeout(watchdog);
      broken.abort();
    }
  }

  #deliver(data: string): void {
    const payload = readPayload(data);
    if (payload === null) return;
    if (asObject(payload)['type'] === 'server.connected') {
      this.opened += 1;
      this.#heard = false;
      this.#firstOpen.resolve();
      this.#listener.onOpen(this.opened > 1);
      return;
    }
    if (!this.#heard) {
      this.#heard = true;
      this.#listener.onHeard();
    }
    this.#listener.onEvent(payload);
  }
}

function readPayload(data: string): unknown {
  try {
    return asObject(JSON.parse(data))['payload'] ?? null;
  } catch {
    return null;
  }
}
