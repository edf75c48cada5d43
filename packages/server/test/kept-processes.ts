/** For tests: what a keeper does, in this process. Children outlive the servers that use a port of it. */
import {
  type ChildProcessPort,
  type InputLine,
  type KillDeadlines,
  type LeftProcess,
  type ProcessExit,
  type ProcessPort,
  type SpawnRequest,
  launchHere,
} from '@pilotlight/keeper';

class Kept {
  readonly child: ChildProcessPort;
  readonly request: SpawnRequest;
  lines: InputLine[] = [];
  accepted = 0;
  output = Buffer.alloc(0);
  from = 0;
  ended = false;
  exit: ProcessExit | null = null;
  /** of the port that reads now; null when none does */
  reader: (() => void) | null = null;

  constructor(child: ChildProcessPort, request: SpawnRequest) {
    this.child = child;
    this.request = request;
    void child.exited.then((exit) => {
      this.exit = exit;
      this.reader?.();
    });
    void this.#read();
  }

  async #read(): Promise<void> {
    for await (const chunk of this.child.stdout) {
      this.output = Buffer.concat([this.output, chunk]);
      this.reader?.();
    }
    this.ended = true;
    this.reader?.();
  }

  /** As a server sees it. */
  port(isCut: () => boolean): ChildProcessPort {
    const { child } = this;
    const written = (): number => this.accepted;
    return {
      get written() {
        return written();
      },
      id: child.id,
      pid: child.pid,
      startedAt: child.startedAt,
      exited: child.exited,
      stdout: this.#stdout(isCut),
      acknowledge: (output, input) => {
        if (isCut() || output < this.from) return;
        this.output = this.output.subarray(output - this.from);
        this.from = output;
        this.lines = this.lines.filter(({ offset }) => offset >= input);
      },
      write: async (bytes) => {
        if (isCut()) return;
        const line = bytes.toString();
        this.lines.push({ offset: this.accepted, head: line.trimEnd().slice(0, 256) });
        this.accepted += Buffer.byteLength(line);
        await child.write(bytes);
      },
      closeStdin: () => child.closeStdin(),
      stderrTail: () => child.stderrTail(),
      end: (deadlines) => child.end(deadlines),
      memoryBytes: () => child.memoryBytes(),
    };
  }

  async *#stdout(isCut: () => boolean): AsyncGenerator<Uint8Array> {
    let position = this.from;
    for (;;) {
      const end = this.from + this.output.length;
      if (!isCut() && position < end) {
        const chunk = this.output.subarray(position - this.from);
        position = end;
        yield chunk;
      } else if (!isCut() && this.ended) return;
      else await new Promise<void>((resolve) => (this.reader = resolve));
    }
  }
}

export class KeptProcesses {
  readonly #processes: ProcessPort;
  readonly #kept = new Map<string, Kept>();
  /** makes the last port deaf and dumb, as if its server had died */
  cut: () => void = () => {};
  /** another one is another keeper */
  name = 'kept';

  /** `processes`: where they run */
  constructor(processes: ProcessPort) {
    this.#processes = processes;
  }

  /** For one server. */
  port(): ProcessPort {
    const { name } = this;
    let cut = false;
    this.cut = () => (cut = true);
    const isCut = () => cut;
    const end = async (): Promise<void> => {
      cut = true;
      this.#kept.clear();
      await this.#processes.dispose();
    };
    return {
      outlivesServer: true,
      keeper: name,
      spawn: async (request) => {
        const kept = new Kept(await this.#processes.spawn(request), request);
        this.#kept.set(kept.child.id, kept);
        return kept.port(isCut);
      },
      launch: launchHere,
      left: async () => [...this.#kept.values()].map((kept) => this.#left(kept, isCut)),
      dispose: async (how) => (how === 'leave' ? void (cut = true) : end()),
    };
  }

  /** Resolves when some child has said so, whether a server hears it or not. */
  async said(words: string): Promise<void> {
    const has = () => [...this.#kept.values()].some(({ output }) => output.includes(words));
    while (!has()) await this.#news();
  }

  /** Resolves when all children have ended and said everything. */
  async ended(): Promise<void> {
    const have = () => [...this.#kept.values()].every(({ ended, exit }) => ended && exit !== null);
    while (!have()) await this.#news();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      for (const kept of this.#kept.values()) kept.reader = resolve;
    });
  }

  #left(kept: Kept, isCut: () => boolean): LeftProcess {
    const { child, request } = kept;
    const forget = () => this.#kept.delete(child.id);
    return {
      id: child.id,
      pid: child.pid,
      startedAt: child.startedAt,
      owner: request.owner,
      tag: request.tag ?? '',
      exit: kept.exit,
      output: { from: kept.from, to: kept.from + kept.output.length },
      input: { accepted: kept.accepted, lines: [...kept.lines] },
      adopt: async () => kept.port(isCut),
      end: async (deadlines?: KillDeadlines) => {
        forget();
        await child.end(deadlines);
      },
    };
  }
}
