/**
 * What server and keeper say to each other. The control connection is newline-delimited JSON: requests with an `id` are
 * answered (`{id, ok}` or `{id, error}`), those without only when they fail; events carry no id. A process's own connection
 * begins with one `attach` line and one answer, then it is raw: stdout from the offset on, and bytes toward stdin. That of a
 * program which runs for one request, such as git, begins with a `run` line and has frames (program-frames.ts) behind it.
 *
 * The shapes are append-only: a field or type that is added must be optional for both sides. What cannot be said that way
 * is a new VERSION, which is a new keeper beside the old one.
 */
import type { PilotlightError } from '@pilotlight/protocol/error';
import type { InputLine, KillDeadlines, ProcessExit, SpawnRequest } from './process-port.ts';

export const VERSION = 1;

/** bytes of one control message; a spawn carries a whole environment */
export const CONTROL_LIMIT = 16 * 2 ** 20;
/** bytes of a line from somebody who has not said the secret */
export const FIRST_LINE_LIMIT = 16 * 1024;
export const TAG_LIMIT = 4096;

export type Signal =
  | 'SIGTERM'
  | 'SIGKILL'
  | 'SIGINT'
  | 'SIGHUP'
  | 'SIGSTOP'
  | 'SIGCONT'
  | 'SIGUSR1'
  | 'SIGUSR2';

/** The requests, and what each is answered. */
export interface Requests {
  /** First on a control connection. The owner gets events and may attach; a later owner takes over. */
  hello: {
    ask: { secret: string; protocol: number; observer?: boolean };
    answer: { pid: number; protocol: number; startedAt: number; session: number };
  };
  spawn: {
    ask: SpawnRequest;
    answer: { process: string; pid: number; startedAt: number };
  };
  list: { ask: object; answer: { processes: Listed[] } };
  /** To the whole group; a process that has ended is no error. */
  signal: { ask: { process: string; signal: Signal }; answer: object };
  /** The kill ladder; answered when the process and its group are gone. */
  end: { ask: { process: string; deadlines?: KillDeadlines }; answer: { exit: ProcessExit } };
  /** A process that has ended is not told of any more. */
  forget: { ask: { process: string }; answer: object };
  /** `input`: bytes that were written when the server acknowledged */
  ack: { ask: { process: string; output: number; input: number }; answer: object };
  /** Ends stdin when so many bytes have come, as they are. */
  close_stdin: { ask: { process: string; input: number }; answer: object };
  stats: { ask: object; answer: Stats };
  /** Answered when every process has ended; then the keeper ends too. */
  shutdown: { ask: { deadlines?: KillDeadlines }; answer: object };
}

export interface Listed {
  process: string;
  owner: string;
  tag: string;
  pid: number;
  startedAt: number;
  exit: ProcessExit | null;
  /** epoch ms, null while it runs */
  exitedAt: number | null;
  output: { from: number; to: number };
  input: { accepted: number; lines: InputLine[] };
}

export interface Stats {
  pid: number;
  /** resident bytes */
  memory: number;
  processes: number;
  /** bytes kept in memory and on disk */
  retained: number;
  spilled: number;
}

/** The first line of a process's own connection. `session`: the owner's, from its hello. */
export interface Attach {
  type: 'attach';
  secret: string;
  session: number;
  process: string;
  offset: number;
}

/** The first line of the connection of a program (program-frames.ts). `session`: the owner's, from its hello. */
export interface Run {
  type: 'run';
  secret: string;
  session: number;
}

export type AttachAnswer = { ok: { accepted: number } } | { error: WireError };

/** Pushed to the owner, about processes that it has attached. */
export type KeeperEvent =
  | { event: 'stderr'; process: string; /** base64 */ bytes: string }
  /** Everything of stderr was sent before, as far as it came. */
  | { event: 'exit'; process: string; exit: ProcessExit }
  /** stdout has ended at this offset. */
  | { event: 'eof'; process: string; offset: number }
  /** The process takes no more input. */
  | { event: 'stdin_closed'; process: string; error: WireError }
  /** Its own connection was closed for this reason; the process goes on. */
  | { event: 'detached'; process: string; error: WireError }
  /** Nothing of it is kept any more; the last event of a process. */
  | { event: 'forgotten'; process: string }
  /** Another server is the owner now; the last event of all. */
  | { event: 'replaced' };

export interface WireError {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

/** A request as it stands on the wire. */
export type Ask = {
  [Type in keyof Requests]: { type: Type; id?: number } & Requests[Type]['ask'];
}[keyof Requests];
export type Answer = { id: number | null; ok: object } | { id: number | null; error: WireError };

export function encode(message: Ask | Attach | Run | Answer | AttachAnswer | KeeperEvent): string {
  return `${JSON.stringify(message)}\n`;
}

export function wireError(cause: unknown): WireError {
  const { code, message, details } = cause as Partial<PilotlightError>;
  return {
    code: typeof code === 'string' ? code : 'internal',
    message: message ?? String(cause),
    ...(details === undefined ? {} : { details }),
  };
}
