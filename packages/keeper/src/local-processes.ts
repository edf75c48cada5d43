import { PilotlightError } from '@pilotlight/protocol/error';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { findProgram } from './find-program.ts';
import type { Ledger } from './ledger.ts';
import { LocalChild } from './local-child.ts';
import { MARK } from './process-group.ts';
import { identify, type ProcessIdentity } from './process-identity.ts';
import { launchHere } from './program.ts';
import type { KillDeadlines, LeftProcess, ProcessPort, SpawnRequest } from './process-port.ts';

/** The child waits here until its ledger entry is on disk; when the server dies before, the read ends and so does it. */
const gate = 'read -r _ <&3 || exit 125; exec 3<&-; exec "$0" "$@"';

/**
 * Starts children of this very process, each in its own session and process group. A child runs its program only after
 * its ledger entry is on disk; the entry goes when it has ended.
 */
export class LocalProcesses implements ProcessPort {
  readonly outlivesServer = false;
  readonly keeper = null;
  readonly #ledger: Ledger;
  readonly #deadlines: KillDeadlines | undefined;
  readonly #children = new Set<LocalChild>();
  #disposed = false;
  #lane: Promise<void> = Promise.resolve();

  /** `deadlines`: of the kill ladder in `dispose`. */
  constructor(ledger: Ledger, deadlines?: KillDeadlines) {
    this.#ledger = ledger;
    this.#deadlines = deadlines;
  }

  async spawn(request: SpawnRequest): Promise<LocalChild> {
    await requireFolder(request);
    const program = await findProgram(request.owner, request.command, request.cwd, request.env);
    await this.#turn();
    if (this.#disposed) {
      throw new PilotlightError('server_stopping', `${request.owner} is not started: the server stops.`);
    }
    const id = randomUUID();
    const child = await started(request, program, id);
    const local = new LocalChild(id, child, request.owner);
    this.#children.add(local);
    void local.gone.then(() => {
      this.#children.delete(local);
      this.#ledger.remove(id);
    });
    try {
      const identity = identify(child.pid);
      // Not there: it was killed meanwhile, and the exit says so.
      if (identity) this.#ledger.add(entry(id, request, program, identity, local.startedAt));
    } catch (cause) {
      // It waits at the gate and has done nothing; a child that nobody could find again must not work.
      await local.end({ stdinMs: 0, termMs: 0, killMs: 5000 });
      throw cause;
    }
    openGate(child);
    return local;
  }

  readonly launch = launchHere;

  left(): Promise<LeftProcess[]> {
    return Promise.resolve([]);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.allSettled([...this.#children].map((child) => child.end(this.#deadlines)));
  }

  /** A fork holds the event loop for some milliseconds, so there is one in each turn of it. */
  #turn(): Promise<void> {
    const mine = this.#lane;
    this.#lane = mine.then(() => setImmediate());
    return mine;
  }
}

async function requireFolder(request: SpawnRequest): Promise<void> {
  const info = await stat(request.cwd).catch(() => null);
  if (info?.isDirectory()) return;
  throw new PilotlightError(
    'worktree_missing',
    `${request.owner} cannot start in ${request.cwd}: there is no such folder. Restore the worktree, or start a new session.`,
  );
}

async function started(
  request: SpawnRequest,
  program: string,
  id: string,
): Promise<ChildProcess & { pid: number }> {
  const child = spawn('/bin/sh', ['-c', gate, program, ...request.args], {
    cwd: request.cwd,
    env: { ...request.env, [MARK]: id },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) return Object.assign(child, { pid });
  const cause = await new Promise<Error>((resolve) => child.once('error', resolve));
  throw new PilotlightError('agent_failed', `${request.owner} cannot start: ${cause.message}`, { cause });
}

function openGate(child: ChildProcess): void {
  const pipe = child.stdio[3] as Writable;
  pipe.on('error', () => {});
  pipe.end('\n');
}

function entry(
  id: string,
  request: SpawnRequest,
  program: string,
  identity: ProcessIdentity,
  startedAt: number,
): Parameters<Ledger['add']>[0] {
  server ??= identify(process.pid) ?? { pid: process.pid, startTime: 'unknown', bootId: '' };
  const command = [program, ...request.args];
  return { id, ...identity, group: identity.pid, owner: request.owner, command, startedAt, server };
}

let server: ProcessIdentity | undefined;
