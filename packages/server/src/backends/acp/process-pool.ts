/**
 * The live processes of a backend, each under the name of its owner, and who uses them. Those who ask for one owner's
 * process at the same time share one start; a process ends when its last user has released it.
 */
import { PilotlightError } from '@pilotlight/protocol';
import type { KillDeadlines, ProcessPort } from '@pilotlight/keeper';
import type { ResolvedAgent } from '../agent-spec.ts';
import { AgentProcess } from './agent-process.ts';

export interface ProcessPoolOptions {
  processes: ProcessPort;
  kill?: KillDeadlines;
  /** By what a later server knows the process again. */
  tag?: string;
  written?(): Promise<void>;
  /** A process is up, under the name of its owner. */
  onStarted?(process: AgentProcess, owner: string): void;
  /** A process ended; those who used it have lost it. */
  onEnded(process: AgentProcess, reason: PilotlightError): void;
}

/** The right of one user to a process. */
export interface Lease {
  readonly process: AgentProcess;
  /** Resolves when the process has ended, or others still use it. May be called again. */
  release(): Promise<void>;
}

interface Slot {
  readonly start: Promise<AgentProcess>;
  process: AgentProcess | null;
  /** one token for each lease */
  readonly users: Set<symbol>;
}

export class ProcessPool {
  readonly #options: ProcessPoolOptions;
  readonly #slots = new Map<string, Slot>();
  /** owner → the end of its last process */
  readonly #ending = new Map<string, Promise<void>>();
  #disposed = false;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  /**
   * The owner's process, started when none is up, after the one before has ended: two of them could write the same
   * conversation.
   * @throws PilotlightError as AgentProcess.start
   */
  async lease(owner: string, agent: ResolvedAgent, cwd: string): Promise<Lease> {
    const slot = this.#slots.get(owner) ?? this.#open(owner, agent, cwd);
    const user = Symbol(owner);
    slot.users.add(user);
    const process = await slot.start;
    if (this.#disposed)
      throw new PilotlightError('server_stopping', `${agent.name} is not started: the server stops.`);
    return { process, release: () => this.#release(owner, slot, user) };
  }

  /** Takes in a process of an earlier server, for those who lease it next. @throws when the owner has one */
  adopt(owner: string, process: AgentProcess): void {
    if (this.#slots.has(owner)) throw new Error(`${owner} has a process`);
    this.#keep(owner, { start: Promise.resolve(process), process: null, users: new Set() });
  }

  processes(): AgentProcess[] {
    return [...this.#slots.values()].flatMap((slot) => slot.process ?? []);
  }

  /** Ends all, also those that are being started. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.allSettled([
      ...slots.map(async (slot) => (await slot.start).end()),
      ...this.#ending.values(),
    ]);
  }

  #open(owner: string, agent: ResolvedAgent, cwd: string): Slot {
    const { processes, kill, tag, written } = this.#options;
    const options = {
      agent,
      processes,
      cwd,
      ...(kill === undefined ? {} : { kill }),
      ...(tag === undefined ? {} : { tag }),
      ...(written === undefined ? {} : { written }),
    };
    const start = (this.#ending.get(owner) ?? Promise.resolve()).then(() => AgentProcess.start(options));
    return this.#keep(owner, { start, process: null, users: new Set() });
  }

  #keep(owner: string, slot: Slot): Slot {
    this.#slots.set(owner, slot);
    slot.start.then(
      (process) => {
        slot.process = process;
        this.#options.onStarted?.(process, owner);
        void process.ended.then((reason) => {
          this.#retire(owner, slot, process).catch(() => {});
          this.#options.onEnded(process, reason);
        });
      },
      () => {
        if (this.#slots.get(owner) === slot) this.#slots.delete(owner);
      },
    );
    return slot;
  }

  async #release(owner: string, slot: Slot, user: symbol): Promise<void> {
    slot.users.delete(user);
    if (slot.users.size > 0 || !slot.process) return;
    await this.#retire(owner, slot, slot.process);
  }

  async #retire(owner: string, slot: Slot, process: AgentProcess): Promise<void> {
    if (this.#slots.get(owner) === slot) {
      this.#slots.delete(owner);
      const ending = process.end().catch(() => {});
      this.#ending.set(owner, ending);
      void ending.then(() => {
        if (this.#ending.get(owner) === ending) this.#ending.delete(owner);
      });
    }
    await process.end();
  }
}
