/** A topic as it comes over a bare WebSocket, with nothing that mends or hides what is wrong. */
import { applyFrame, type ServerMessage, type TopicState } from '@pilotlight/protocol';
import { WebSocket } from 'ws';

export class RawTopic implements Disposable {
  /** the seq of every frame, as received */
  readonly seqs: number[] = [];
  snapshots = 0;
  state: TopicState | null;
  readonly #socket: WebSocket;
  #watchers: { test: (state: TopicState) => boolean; resolve: () => void }[] = [];

  /** @param from the state of an earlier connection, to go on from */
  constructor({ url, token }: { url: string; token: string }, topic: string, from: TopicState | null = null) {
    this.state = from;
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/api/ws`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const after = from === null ? {} : { after: from.seq };
    this.#socket.on('open', () => this.#socket.send(JSON.stringify({ type: 'subscribe', topic, ...after })));
    this.#socket.on('message', (data) => this.#take(JSON.parse(String(data)) as ServerMessage));
    // What ends a connection here is a server that is killed; the test knows.
    this.#socket.on('error', () => {});
  }

  /** Resolves when the state passes; throws when a frame did not fit before. */
  async until(test: (state: TopicState) => boolean): Promise<TopicState> {
    if (this.state === null || !test(this.state)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#watchers.push({ test, resolve });
      await promise;
    }
    return this.state as TopicState;
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }

  #take(message: ServerMessage): void {
    if (message.type === 'snapshot') {
      this.snapshots += 1;
      this.state = message.state;
    } else if (message.type === 'frames') {
      for (const frame of message.frames) {
        this.seqs.push(frame.seq);
        this.state = applyFrame(this.state as TopicState, frame);
      }
    }
    const { state } = this;
    if (state === null) return;
    this.#watchers = this.#watchers.filter(({ test, resolve }) => {
      if (!test(state)) return true;
      resolve();
      return false;
    });
  }
}
