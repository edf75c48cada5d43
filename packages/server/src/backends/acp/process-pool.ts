/**
 * The live processes of a backend, each under the name of its owner, and who uses them. Those who ask for one owner's
 * process at the same time share one start; a process ends when its last user has released it. A spare that waits for its
 * first session is taken before one is started, and an agent that fails again and again is not started at once.
 */
import { PilotlightError } from '@pilotlight/protocol';
import type { ProcessPort } from '@pilotlight/keeper';
import type { AgentTable, ResolvedAgent } from '../agent-spec.ts';
import type { McpSource } from '../mcp-source.ts';
import { AgentProcess, type ProcessKeeping } from './agent-process.ts';
import { Spares, type SparePlan } from './spares.ts';
import { StartLimits } from './start-limits.ts';

export interface ProcessPoolOptions {
  agents: AgentTable;
  processes: ProcessPort;
  /** none without it */
  spares?: SparePlan;
  /** what sessions are opened with that wait in spares */
  mcp: McpSource;
  limits?: StartLimits;
  keeping: ProcessKeeping;
  /** A process is up, under the name of its owner. */
  onStarted?(process: AgentProcess, owner: string): void;
  /** A process ended; those who used it have lost it. */
  onEnded(process: AgentProcess, reason: PilotlightError): void;
}

export interface LeasePlace {
  cwd: string;
  projectId: string;
  /** variables that the process is to see besides its agent's; no spare has any */
  env: Record<string, string>;
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
  readonly #limits: StartLimits;
  readonly spares: Spares | null;
  #disposed = false;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
    this.#limits = options.limits ?? new StartLimits();
    const { agents, spares: plan, mcp } = options;
    this.spares =
      plan === undefined
        ? null
        : new Spares({
            agents,
            limits: this.#limits,
            plan,
            mcp,
            start: (agent, folder) => this.#startProcess(agent, folder),
          });
  }

  /**
   * The owner's process, started when none is up, after the one before has ended: two of them could write the same
   * conversation.
   * @param place where it starts, and whose spares it may take
   * @throws PilotlightError as AgentProcess.start, and `agent_unavailable` with the reason while it fails again and again
   */
  async lease(owner: string, agent: ResolvedAgent, place: LeasePlace): Promise<Lease> {
    const slot = this.#slots.get(owner) ?? this.#open(owner, agent, place);
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
      this.spares?.dispose(),
    ]);
  }

  #open(owner: string, agent: ResolvedAgent, place: LeasePlace): Slot {
    const needsOwn = Object.keys(place.env).length > 0;
    const start = (this.#ending.get(owner) ?? Promise.resolve()).then(async () => {
      const spare = needsOwn ? null : this.spares?.take(agent, place);
      return spare ?? (await this.#admitted(agent, place));
    });
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

  async #admitted(agent: ResolvedAgent, { cwd, env }: LeasePlace): Promise<AgentProcess> {
    await this.#limits.admit(agent);
    return this.#startProcess(agent, cwd, env);
  }

  /** Starts one, and counts how it fares. */
  async #startProcess(
    agent: ResolvedAgent,
    cwd: string,
    env: Record<string, string> = {},
  ): Promise<AgentProcess> {
    const { processes, keeping } = this.#options;
    const options = { agent, processes, cwd, env, keeping };
    const process = await AgentProcess.start(options).catch((cause: unknown) => {
      this.#limits.failed(agent.id, cause);
      throw cause;
    });
    void process.ended.then((reason) => {
      const livedMs = Date.now() - process.child.startedAt;
      this.#limits.ended(agent.id, livedMs, !process.wasAsked, reason.message);
    });
    return process;
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
