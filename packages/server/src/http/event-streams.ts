import type { ServerResponse } from 'node:http';
import type { Journal } from '../journal/journal.ts';
import { encodeBatch, encodeCatchUp } from './frame-encoding.ts';

/** Bytes that may wait for one slow reader; beyond, its stream ends and it comes back with Last-Event-ID. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // asks a reverse proxy not to hold events back
  'x-accel-buffering': 'no',
};

/**
 * Server-sent events written straight to the connection. Each stream ends when its client goes, when the client is too
 * slow, or when the server closes; until then a comment is sent at every heartbeat, which also finds dead peers.
 */
export class EventStreams implements Disposable {
  readonly #open = new Set<ServerResponse>();
  readonly #heartbeat: number;

  /** @param heartbeat milliseconds between comments */
  constructor(heartbeat: number) {
    this.#heartbeat = heartbeat;
  }

  /** Starts a stream; `end` of the answer (called once) is told when it is over, whoever ended it. */
  open(outgoing: ServerResponse, onEnd: () => void): EventStream {
    outgoing.writeHead(200, HEADERS);
    outgoing.flushHeaders();
    this.#open.add(outgoing);
    const timer = setInterval(() => outgoing.write(': still here\n\n'), this.#heartbeat);
    outgoing.once('close', () => {
      clearInterval(timer);
      this.#open.delete(outgoing);
      onEnd();
    });
    return new EventStream(outgoing);
  }

  /** Streams a topic from the seq after `after` (null: from a snapshot). */
  follow(
    journal: Pick<Journal, 'subscribe' | 'catchUp'>,
    topic: string,
    after: number | null,
    outgoing: ServerResponse,
  ): void {
    // Before the headers: a store that fails must still become a problem answer.
    const first = encodeCatchUp(topic, journal.catchUp(topic, after));
    const subscription = journal.subscribe(topic, (batch) => {
      stream.send('frames', encodeBatch(batch), batch.lastSeq);
    });
    const stream = this.open(outgoing, () => subscription[Symbol.dispose]());
    stream.send(first.type, first.text, first.seq);
  }

  [Symbol.dispose](): void {
    for (const outgoing of this.#open) outgoing.end();
  }
}

/** One stream of events. */
export class EventStream {
  readonly #outgoing: ServerResponse;

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing;
  }

  /** `data` is one line: JSON never holds a line break. */
  send(event: string, data: string | Buffer, id?: number): void {
    const outgoing = this.#outgoing;
    if (outgoing.destroyed || outgoing.writableEnded) return;
    if (outgoing.writableLength > MAX_WAITING_BYTES) {
      outgoing.destroy();
      return;
    }
    outgoing.cork();
    outgoing.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: `);
    outgoing.write(data);
    outgoing.write('\n\n');
    outgoing.uncork();
  }

  end(): void {
    this.#outgoing.end();
  }
}
