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
}

export interface ProcessExit {
  /** null when a signal ended it */
  code: number | null;
  signal: string | null;
}

export interface ChildProcessPort {
  readonly pid: number;
  /** epoch ms */
  readonly startedAt: number;
  /** stdout in the order it came. Pausing it holds the child back. Ends when every holder of the pipe closed it. */
  readonly stdout: AsyncIterable<Uint8Array>;
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

export interface ProcessPort {
  /** @throws PilotlightError `agent_not_installed` when the program is not there, `agent_failed` when it cannot start */
  spawn(request: SpawnRequest): Promise<ChildProcessPort>;
  /** Ends everything still running. */
  dispose(): Promise<void>;
}
