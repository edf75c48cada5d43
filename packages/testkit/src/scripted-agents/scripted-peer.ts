/**
 * The well-behaved half of every scripted agent: ACP version 1 over stdio with blocking writes, so that bytes leave in the
 * order of the script and a script may end the process right after them. It ends with code 0 when its stdin ends.
 */
import { writeSync } from 'node:fs';

/** A session of the agent; `turns` counts the prompts so far. */
export interface ScriptedSession {
  readonly id: string;
  readonly cwd: string;
  turns: number;
  /** Aborted by `session/cancel`; a fresh one for every prompt. */
  cancel: AbortController;
}

export type Id = number | string;
export type Params = Record<string, unknown>;

export interface Message {
  id?: Id;
  method?: string;
  params?: Params;
  result?: unknown;
  error?: { code: number; message: string };
}

/** The bytes-out half of the connection; a definition uses it to say what it says. */
export class ScriptedPeer {
  readonly name: string;
  /** What the command line gave after the name. */
  readonly args: string[];
  readonly sessions = new Map<string, ScriptedSession>();
  #nextId = 1;
  readonly #waiting = new Map<Id, (answer: Message) => void>();

  constructor(name: string, args: string[]) {
    this.name = name;
    this.args = args;
  }

  /** Writes bytes to stdout as they are, and returns when the pipe has them. */
  raw(data: string | Uint8Array): void {
    writeAll(1, data);
  }

  /** Writes a text to stderr. */
  complain(text: string): void {
    writeAll(2, text);
  }

  send(message: Message): void {
    this.raw(line(message));
  }

  answer(id: Id, result: unknown): void {
    this.send({ id, result });
  }

  fail(id: Id, code: number, message: string): void {
    this.send({ id, error: { code, message } });
  }

  update(session: ScriptedSession, update: Params): void {
    this.send(updateMessage(session, update));
  }

  say(session: ScriptedSession, text: string): void {
    this.update(session, chunk(text));
  }

  /** Sends a request to the client and gives the whole response, errors included. */
  request(method: string, params: Params): Promise<Message> {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#waiting.set(id, resolve);
    this.send({ id, method, params });
    return promise;
  }

  /** Hands a response of the client to its request; unknown ids are ignored. */
  settle(message: Message): void {
    if (message.id === undefined) return;
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }

  /** Two lines on stderr, then the end with code 7. */
  exit(): never {
    this.complain(`${this.name}: cannot go on\n${this.name}: ending with code 7\n`);
    process.exit(7);
  }
}

/** The notification that carries an update. */
export function updateMessage(session: ScriptedSession, update: Params): Message {
  return { method: 'session/update', params: { sessionId: session.id, update } };
}

export function chunk(text: string): Params {
  return { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
}

/** A message as its line. */
export function line(message: Message): string {
  return `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
}

function writeAll(fd: number, data: string | Uint8Array): void {
  let rest = typeof data === 'string' ? Buffer.from(data) : data;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      // A pipe that somebody set non-blocking: there is room again in a moment.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (code === 'EPIPE') process.exit(0);
      // The agent closed its stdout: what it says is lost, and it lives on.
      else if (code === 'EBADF') return;
      else throw cause;
    }
  }
}
