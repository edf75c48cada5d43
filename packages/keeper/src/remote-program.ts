import type { Socket } from 'node:net';
import { FRAME, frame, FrameSplitter, jsonFrame, type FrameKind } from './program-frames.ts';
import type { FailedFrame, StartFrame } from './program-run.ts';
import {
  launchHere,
  ProgramLost,
  type ProgramListener,
  type ProgramRequest,
  type RunningProgram,
} from './program.ts';

/**
 * A program of the keeper, at the server's end. Where the keeper cannot run it (it has died, or is of a version that cannot),
 * it is started here.
 *
 * @param connect the connection, after its `run` line; rejects when there is none
 */
export function launchRemote(
  connect: () => Promise<Socket>,
  request: ProgramRequest,
  listener: ProgramListener,
): RunningProgram {
  const program = new RemoteProgram(request, listener);
  return {
    ended: program.run(connect),
    signal: (name) => program.signal(name),
  };
}

/** A keeper that is stopped does not say that a program was killed. */
const SILENCE_MS = 2_000;

class RemoteProgram {
  readonly #request: ProgramRequest;
  readonly #listener: ProgramListener;
  #lose: (why: string) => void = () => {};
  #signals: ('SIGTERM' | 'SIGKILL')[] = [];
  #signal: ((name: 'SIGTERM' | 'SIGKILL') => void) | null = null;

  constructor(request: ProgramRequest, listener: ProgramListener) {
    this.#request = request;
    this.#listener = listener;
  }

  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    if (name === 'SIGKILL') setTimeout(() => this.#lose('the keeper does not answer'), SILENCE_MS).unref();
    if (this.#signal === null) this.#signals.push(name);
    else this.#signal(name);
  }

  async run(connect: () => Promise<Socket>): Promise<number> {
    const socket = await connect().catch(() => null);
    const there = socket === null ? 'refused' : await this.#there(socket);
    if (there !== 'refused') return there;
    const program = launchHere(this.#request, this.#listener);
    this.#signalsTo((name) => program.signal(name));
    return program.ended;
  }

  /** The exit code; `refused` when the keeper began nothing. */
  #there(socket: Socket): Promise<number | 'refused'> {
    const { command, args, cwd, env, input } = this.#request;
    const { promise, resolve, reject } = Promise.withResolvers<number | 'refused'>();
    const splitter = new FrameSplitter();
    let hasBegun = false;
    const take = (kind: FrameKind, payload: Buffer): void => {
      if (kind === FRAME.began) hasBegun = true;
      else if (kind === FRAME.stdout) this.#listener.stdout(payload);
      else if (kind === FRAME.stderr) this.#listener.stderr(payload);
      else if (kind === FRAME.ended) resolve((JSON.parse(payload.toString()) as { code: number }).code);
      else if (kind === FRAME.failed) {
        const { code, message } = JSON.parse(payload.toString()) as FailedFrame;
        reject(Object.assign(new Error(message), { code }));
      }
    };
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const { kind, payload } of splitter.push(chunk)) take(kind, payload);
      } catch (cause) {
        // An older keeper answers with a line.
        socket.destroy(cause as Error);
      }
    });
    socket.on('error', () => {});
    this.#lose = (why) => {
      reject(new ProgramLost(`${why}: it is not known how far ${command} came`));
      socket.destroy();
    };
    socket.once('close', () => (hasBegun ? this.#lose('the keeper ended') : resolve('refused')));
    const start: StartFrame = { command, args, cwd, env };
    socket.write(
      Buffer.concat([
        jsonFrame(FRAME.start, start),
        ...(input.length === 0 ? [] : [frame(FRAME.input, input)]),
        frame(FRAME.inputEnd),
      ]),
    );
    this.#signalsTo((name) => socket.writable && socket.write(frame(FRAME.signal, name)));
    return promise;
  }

  #signalsTo(signal: (name: 'SIGTERM' | 'SIGKILL') => void): void {
    this.#signal = signal;
    for (const name of this.#signals) signal(name);
    this.#signals = [];
  }
}
