import type { IdleProcesses, StopHow } from '@pilotlight/protocol';
import type { ProcessPort } from '@pilotlight/keeper';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { DataFolder } from './data-folder.ts';

export interface ServerOptions {
  /** absolute; made when missing */
  dataFolder: string;
  /** 0: any free port */
  port: number;
  /** default 127.0.0.1 */
  host?: string;
  /** names besides loopback by which clients may call this server */
  allowedHosts?: readonly string[];
  /** absolute: the built web app; it may be built, and built anew, while the server runs */
  pageFolder?: string;
  /** absolute: where a search for projects begins; default the home folder of the user */
  homeFolder?: string;
  /** of the server, a stated part of which reaches the agents; default this process's own */
  env?: NodeJS.ProcessEnv;
  log?: Logger;
  /** who owns the agents' processes; default this process, so that they end with it */
  processes?: (folder: DataFolder, log: Logger) => Promise<ProcessPort>;
  /** ms between two looks at what may be released; default 15 s */
  residencyEveryMs?: number;
  /** default: that of this machine */
  clock?: Clock;
  /** a client asked the server to stop; default: it does */
  onStopRequested?: (how: StopHow) => void;
}

export interface RunningServer {
  url: string;
  port: number;
  token: string;
  serverId: string;
  /** a fresh one-time sign-in link */
  signInLink(): string;
  /** Resolves when no turn runs or waits; for tests and for a quiet stop. */
  drained(): Promise<void>;
  /** Interrupts running turns, ends every agent, closes the database. Safe to call twice. */
  close(): Promise<void>;
  /**
   * Closes the database and lets running turns go on, in agents that can outlive this server, for the next one to take up.
   * `idle`: what becomes of agents in which no turn runs.
   */
  leave(idle: IdleProcesses): Promise<void>;
}

/** Stops a server in the way that a client asked for. */
export function stopServer(server: RunningServer, how: StopHow): Promise<void> {
  if (how === 'all') return server.close();
  return server.leave(how === 'hand_over' ? 'keep' : 'end');
}
