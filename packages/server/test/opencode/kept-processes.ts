// For tests: processes that outlive their user, as those of the keeper do. Each `life` is what one server sees.
import type {
  ChildProcessPort,
  LeftProcess,
  ProcessExit,
  ProcessPort,
  SpawnRequest,
} from '@pilotlight/keeper';

export class KeptProcesses {
  readonly #processes: ProcessPort;
  readonly #kept = new Map<string, Kept>();

  constructor(processes: ProcessPort) {
    this.#processes = processes;
  }

  /** A port whose `dispose('leave')` lets go of its processes; what is left is offered to the next life. */
  life(): ProcessPort {
    return {
      spawn: async (request) => {
        const kept = new Kept(request, await this.#processes.spawn(request));
        this.#kept.set(kept.child.id, kept);
        return kept.port(0);
      },
      left: () =>
        Promise.resolve(
          [...this.#kept.values()].map((kept) => kept.left(() => this.#kept.delete(kept.child.id))),
        ),
      dispose: async (how) => {
        if (how !== 'leave') return await this.#processes.dispose();
        for (const kept of this.#kept.values()) kept.letGo();
      },
    };
  }
}

class Kept {
  readonly child: ChildProcessPort;
  readonly #request: SpawnRequest;
  readonly #chunks: Uint8Array[] = [];
  #acknowledged = 0;
  #exit: ProcessExit | null = null;
  #ended = false;
  #letGo = Promise.withResolvers<void>();
  #more = Promise.withResolvers<void>();

  constructor(request: SpawnRequest, child: ChildProcessPort) {
    this.#request = request;
    this.child = child;
    void child.exited.then((exit) => (this.#exit = exit));
    void this.#pump();
  }

  letGo(): void {
    this.#letGo.resolve();
  }

  left(forget: () => void): LeftProcess {
    const { id, pid, startedAt } = this.child;
    const to = this.#chunks.reduce((sum, { length }) => sum + length, 0);
    return {
      id,
      pid,
      startedAt,
      owner: this.#request.owner,
      tag: this.#request.tag ?? '',
      exit: this.#exit,
      output: { from: this.#acknowledged, to },
      input: { accepted: 0, lines: [] },
      adopt: () => {
        this.#letGo = Promise.withResolvers();
        return Promise.resolve(this.port(this.#acknowledged));
      },
      end: async (deadlines) => {
        await this.child.end(deadlines);
        forget();
      },
    };
  }

  /** The process as one life holds it; stdout from an offset on. */
  port(from: number): ChildProcessPort {
    const { child } = this;
    return {
      id: child.id,
      pid: child.pid,
      startedAt: child.startedAt,
      stdout: this.#read(from, this.#letGo.promise),
      acknowledge: (offset) => (this.#acknowledged = offset),
      write: (bytes) => child.write(bytes),
      closeStdin: () => child.closeStdin(),
      stderrTail: () => child.stderrTail(),
      exited: child.exited,
      end: (deadlines) => child.end(deadlines),
      memoryBytes: () => child.memoryBytes(),
    };
  }

  /** `letGo`: it ends, whatever still comes. */
  async *#read(from: number, letGo: Promise<void>): AsyncGenerator<Uint8Array> {
    const gone = letGo.then(() => 'gone' as const);
    let skip = from;
    for (let index = 0; ;) {
      const chunk = this.#chunks[index];
      if (chunk !== undefined) {
        index += 1;
        if (skip < chunk.length) yield chunk.subarray(skip);
        skip = Math.max(0, skip - chunk.length);
      } else if (this.#ended || (await Promise.race([this.#more.promise, gone])) === 'gone') return;
    }
  }

  async #pump(): Promise<void> {
    for await (const chunk of this.child.stdout) {
      this.#chunks.push(chunk);
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }
}
