import { PilotlightError } from '@pilotlight/protocol/error';
import type { Socket } from 'node:net';
import type { EventSink } from './event-sink.ts';
import { LineSplitter } from './line-splitter.ts';
import { parseRequest, requestId } from './parse-request.ts';
import { CONTROL_LIMIT, encode, wireError, type Ask, type KeeperEvent } from './wire.ts';

/** A control connection whose hello was accepted, at the keeper's end. */
export class ControlConnection implements EventSink {
  readonly #socket: Socket;
  readonly #answer: (ask: Ask) => Promise<object> | object;

  /** `answer`: gives what `ok` carries, or throws. `rest`: what came behind the hello. */
  constructor(socket: Socket, rest: Buffer, answer: (ask: Ask) => Promise<object> | object) {
    this.#socket = socket;
    this.#answer = answer;
    const splitter = new LineSplitter(CONTROL_LIMIT);
    const take = (chunk: Buffer): void => {
      try {
        for (const line of splitter.push(chunk)) void this.#take(line);
      } catch (cause) {
        this.#socket.end(encode({ id: null, error: wireError(cause) }));
      }
    };
    socket.on('data', take);
    if (rest.length > 0) take(rest);
  }

  get clogged(): boolean {
    return this.#socket.writableNeedDrain;
  }

  whenDrained(then: () => void): void {
    this.#socket.once('drain', then);
  }

  send(event: KeeperEvent): void {
    this.#socket.write(encode(event));
  }

  /** Says a last event and closes. */
  replace(): void {
    this.#socket.end(encode({ event: 'replaced' }));
  }

  async #take(line: string): Promise<void> {
    let id: number | undefined;
    try {
      const ask = parseRequest(line);
      if (ask.type === 'attach' || ask.type === 'run' || ask.type === 'hello') {
        throw new PilotlightError('invalid_request', `${ask.type} begins a connection.`);
      }
      id = ask.id;
      const ok = await this.#answer(ask);
      if (id !== undefined) this.#socket.write(encode({ id, ok }));
    } catch (cause) {
      this.#socket.write(encode({ id: id ?? requestId(line), error: wireError(cause) }));
    }
  }
}
