import type { Launch } from './program.ts';

/**
 * The one way the server starts programs that live longer than a request. Children are leaders of their own process
 * group and are written to the ledger before they may work. Backends know only this port, so that who owns the
 * processes can change without them.
 */
export interface SpawnRequest {
  /** for the ledger and for messages: whose process this is, for instance "opencode" */
  owner: string;
  command: string;
  args: string[];
  cwd: string;
  /** the complete environment of the child */
  env: Record<string, string>;
  /** By what a later server knows it again, at most 4 KiB; empty unless told. */
  tag?: string;
}

export interface ProcessExit {
  /** null when a signal ended it */
  code: number | null;
  signal: string | null;
}

export interface ChildProcessPort {
  /** of the ledger's entry; also the mark in the child's environment */
  readonly id: string;
  readonly pid: number;
  /** epoch ms */
  readonly startedAt: number;
  /** stdout in the order it came. Pausing it holds the child back. Ends when every holder of the pipe closed it. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Bytes that were given to stdin since the process started, by earlier servers too. */
  readonly written: number;
  /**
   * What stdout said before `output`, and the lines that went to stdin before `input` (both in bytes since the process
   * started), are done with: a later server needs neither.
   */
  acknowledge(output: number, input: number): void;
  /**
   * Writes to stdin; resolves when the bytes are handed over (so it carries back-pressure).
   * @throws when stdin is closed
   */
  write(bytes: Uint8Array | string): Promise<void>;
  closeStdin(): void;
  /** The last of stderr, at most 64 KiB. */
  stderrTail(): string;
  /** Resolves once, when the process itself ended; its pipes may still be held by a grandchild. */
  readonly exited: Promise<ProcessExit>;
  /**
   * The kill ladder: stdin end, then SIGTERM to the group, then SIGKILL to the group, each after its deadline.
   * Resolves when the process is gone and its group was signalled; may be called again.
   */
  end(deadlines?: KillDeadlines): Promise<ProcessExit>;
  /** Resident bytes of the process and its descendants; null where the system does not say. */
  memoryBytes(): Promise<number | null>;
}

/** Milliseconds to wait after each step before the next. */
export interface KillDeadlines {
  stdinMs: number;
  termMs: number;
  killMs: number;
}

/** A line that went to stdin. */
export interface InputLine {
  /** bytes that went in before it, since the process started */
  offset: number;
  /** its first 256 bytes, without the newline */
  head: string;
}

/** A process that an earlier server started, with what that server did not acknowledge. */
export interface LeftProcess {
  readonly id: string;
  readonly owner: string;
  readonly tag: string;
  readonly pid: number;
  /** epoch ms */
  readonly startedAt: number;
  /** null while it runs */
  readonly exit: ProcessExit | null;
  /** what is kept of stdout: bytes since the process started, from (inclusive) and to (exclusive) */
  readonly output: { from: number; to: number };
  /** bytes that went to stdin in whole lines since the process started, and the lines not acknowledged */
  readonly input: { accepted: number; lines: readonly InputLine[] };
  /** Takes it over: its stdout is given from `output.from` on. At most once, and not after `end`. */
  adopt(): Promise<ChildProcessPort>;
  /** Ends it and its group by the kill ladder, and forgets it. */
  end(deadlines?: KillDeadlines): Promise<void>;
}

export interface ProcessPort {
  /** whether processes go on when this server ends */
  readonly outlivesServer: boolean;
  /** names the keeper that owns them, the same as long as it lives; null without one */
  readonly keeper: string | null;
  /** @throws PilotlightError `agent_not_installed` when the program is not there, `agent_failed` when it cannot start */
  spawn(request: SpawnRequest): Promise<ChildProcessPort>;
  /** Starts a program that runs for one request, and that no later server takes up. */
  launch: Launch;
  /** What earlier servers left, running or ended; nothing where processes end with their server. */
  left(): Promise<LeftProcess[]>;
  /**
   * Lets go of the processes. `leave`: those that can outlive this server go on, unread, until another takes them over;
   * otherwise everything still running is ended.
   */
  dispose(how?: 'end' | 'leave'): Promise<void>;
}
