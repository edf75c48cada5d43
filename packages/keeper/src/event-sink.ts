import type { KeeperEvent } from './wire.ts';

/** The owner's control connection, as far as a process needs it. */
export interface EventSink {
  send(event: KeeperEvent): void;
  /** Whether the owner is slow to read. */
  readonly clogged: boolean;
  /** Calls once, when it is not clogged any more; never when the connection ends before. */
  whenDrained(then: () => void): void;
}
