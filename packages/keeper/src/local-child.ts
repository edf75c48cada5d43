import { PilotlightError } from '@pilotlight/protocol/error';
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { killRemains, signalGroup } from './process-group.ts';
import type { ChildProcessPort, KillDeadlines, ProcessExit } from './process-port.ts';
import { treeMemory } from './process-tree.ts';
import { TailBuffer } from './tail-buffer.ts';

const stderrLimit = 64 * 1024;

/** From stdin end to SIGTERM, to SIGKILL, to giving up. Agents leave within 2.1 s of the end of stdin, most at once. */
const defaultDeadlines: KillDeadlines = { stdinMs: 2500, termMs: 1500, killMs: 5000 };

/**
 * A child of this process, leader of its own group.
 *
 *     running ──exits, or end(): stdin end → SIGTERM group → SIGKILL group──▶ ended, rest of the group killed
 */
export class LocalChild implements ChildProcessPort {
  readonly id: string;
  readonly pid: number;
  readonly startedAt = Date.now();
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Always drained, into the tail; others may listen too. */
  readonly stderr: Readable;
  readonly exited: Promise<ProcessExit>;
  /** Resolves when the process has ended and nothing is left of its group. */
  readonly gone: Promise<void>;
  written = 0;
  readonly #owner: string;
  readonly #stderrTail = new TailBuffer(stderrLimit);
  #ended = false;

  /** `child`: just spawned, detached, with pipes for stdin, stdout and stderr. */
  constructor(id: string, child: ChildProcess & { pid: number }, owner: string) {
    this.id = id;
    this.pid = child.pid;
    this.#owner = owner;
    this.stdin = child.stdin as Writable;
    this.stdout = child.stdout as Readable;
    this.stderr = child.stderr as Readable;
    // A write to an ended child fails by its own callback; without a listener it would end the server.
    this.stdin.on('error', () => {});
    this.stderr.on('data', (chunk: Buffer) => this.#stderrTail.push(chunk));
    this.stderr.on('error', () => {});
    this.exited = new Promise((resolve) => {
      // Not 'close': that waits for everybody who holds a pipe.
      child.once('exit', (code, signal) => {
        this.#ended = true;
        resolve({ code, signal });
      });
    });
    this.gone = this.exited.then(() => killRemains(this.pid)).then(() => {});
  }

  /** Nothing is kept: this child ends with its server. */
  acknowledge(): void {}

  write(bytes: Uint8Array | string): Promise<void> {
    this.written += Buffer.byteLength(bytes);
    return new Promise((resolve, reject) => {
      this.stdin.write(bytes, (cause) => (cause ? reject(cause) : resolve()));
    });
  }

  closeStdin(): void {
    this.stdin.end();
  }

  /** As `stderrTail`, as they came. */
  stderrBytes(): Buffer {
    return this.#stderrTail.bytes();
  }

  stderrTail(): string {
    return this.#stderrTail.text();
  }

  async end(deadlines: KillDeadlines = defaultDeadlines): Promise<ProcessExit> {
    this.closeStdin();
    const steps: [number, (() => void) | null][] = [
      [deadlines.stdinMs, null],
      [deadlines.termMs, () => this.#terminate()],
      [deadlines.killMs, () => this.signal('SIGKILL')],
    ];
    for (const [milliseconds, step] of steps) {
      step?.();
      const exit = await within(this.exited, milliseconds);
      if (exit) {
        await this.gone;
        return exit;
      }
    }
    throw new PilotlightError(
      'agent_failed',
      `${this.#owner} (process ${this.pid}) did not end after SIGKILL. The system holds it; look at it with ps.`,
    );
  }

  async memoryBytes(): Promise<number | null> {
    return this.#ended ? null : treeMemory(this.pid);
  }

  #terminate(): void {
    this.signal('SIGTERM');
    // A stopped process takes its SIGTERM only when it goes on.
    this.signal('SIGCONT');
  }

  /** To the whole group. Before 'exit' the system keeps the pid for us, so it cannot be a stranger's. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) signalGroup(this.pid, signal);
  }
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | null> {
  const timeout = Promise.withResolvers<null>();
  const timer = setTimeout(timeout.resolve, milliseconds, null);
  return Promise.race([promise, timeout.promise]).finally(() => clearTimeout(timer));
}
