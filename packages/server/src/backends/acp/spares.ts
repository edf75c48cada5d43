/**
 * Processes of agents that are started ahead: initialised, where it pays with a session open too, each taken by the first
 * session that may have it. They are tended one after another in the background; one that does not start is left to the next tending.
 *
 *     tend() ──fewer than planned──▶ starting ──initialised──▶ waiting ──take()──▶ the session's own
 *                                                                 └──more than planned, end(), dispose()──▶ ended
 */
import type { AgentSpec, AgentTable, ResolvedAgent } from '../agent-spec.ts';
import type { AgentProcess } from './agent-process.ts';
import type { McpSource } from '../mcp-source.ts';
import { openAhead } from './ahead-session.ts';
import { acpMcpServers } from './mcp-servers.ts';
import type { LeasePlace } from './process-pool.ts';
import { newSessionParams } from './request-session.ts';
import type { StartLimits } from './start-limits.ts';

/** Where one process is to wait. */
export interface SparePlace {
  folder: string;
  /** the project for whose next chat in that folder a session is open; null: without one */
  opensFor: string | null;
}

/** How many are to wait, and where. */
export interface SparePlan {
  /** one entry a process; empty: none */
  places(agent: AgentSpec): SparePlace[];
  /** Makes the folders that are still missing. */
  prepare(): Promise<void>;
  /** of a project, null when there is no such project any more */
  projectFolder(projectId: string): string | null;
  /** A session took the one that waited there. */
  onTaken(folder: string): void;
  /** One more waits. */
  onReady(): void;
}

export interface SparesOptions {
  agents: AgentTable;
  limits: StartLimits;
  plan: SparePlan;
  mcp: McpSource;
  /** @throws as AgentProcess.start */
  start(agent: ResolvedAgent, folder: string): Promise<AgentProcess>;
  /** ms from a take to the next tending, so that it does not hold up the session that took it; default 2 s */
  refillMs?: number;
}

interface Spare {
  process: AgentProcess;
  place: SparePlace;
  /** of how its agent was defined when it was started */
  definition: string;
}

const REFILL_MS = 2000;
/** in times of `refillMs` */
const MOST_PUT_OFF = 5;

export class Spares {
  readonly #o: SparesOptions;
  #waiting: Spare[] = [];
  #tending: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** the first take since the last tending; `performance.now()` */
  #takenAt = 0;
  #disposed = false;

  constructor(options: SparesOptions) {
    this.#o = options;
  }

  list(): AgentProcess[] {
    return this.#waiting.map(({ process }) => process);
  }

  /**
   * One that is up and may serve a session in that place, or null; others take its place later. Best is one with a session
   * open in that very folder, worst one with a session open in another.
   */
  take(agent: ResolvedAgent, { cwd, projectId }: Pick<LeasePlace, 'cwd' | 'projectId'>): AgentProcess | null {
    this.#tendAfterTake();
    const folder = agent.startsInFolder ? this.#o.plan.projectFolder(projectId) : null;
    const definition = JSON.stringify(agent);
    const fitting = this.#waiting.filter(
      (spare) =>
        spare.process.isUp &&
        spare.definition === definition &&
        (!agent.startsInFolder || [folder, cwd].includes(spare.place.folder)),
    );
    const found =
      fitting.find(({ place }) => place.opensFor !== null && place.folder === cwd) ??
      fitting.find(({ place }) => place.opensFor === null) ??
      fitting[0];
    if (found === undefined) return null;
    this.#waiting = this.#waiting.filter((spare) => spare !== found);
    this.#o.plan.onTaken(found.place.folder);
    return found.process;
  }

  /** Not beside a first prompt: after a take there will be a tending, and this comes to nothing. */
  tendAtRest(): Promise<void> {
    return this.#timer === undefined ? this.tend() : Promise.resolve();
  }

  /** Takes that follow each other put it off, but not for long. */
  #tendAfterTake(): void {
    if (this.#disposed) return;
    const refillMs = this.#o.refillMs ?? REFILL_MS;
    if (this.#timer !== undefined) {
      if (performance.now() - this.#takenAt < MOST_PUT_OFF * refillMs) this.#timer.refresh();
      return;
    }
    this.#takenAt = performance.now();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.tend();
    }, refillMs).unref();
  }

  /** Starts what is missing and ends what is too much. Resolves when it is done; does not reject. */
  tend(): Promise<void> {
    if (this.#disposed) return Promise.resolve();
    return (this.#tending ??= this.#tendAll().finally(() => (this.#tending = null)));
  }

  /** Ends that one, if it still waits. */
  async end(pid: number): Promise<void> {
    const spare = this.#waiting.find(({ process }) => process.child.pid === pid);
    if (spare !== undefined) await this.#end(spare);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    await Promise.allSettled(this.#waiting.map((spare) => this.#end(spare)));
    await this.#tending;
  }

  async #tendAll(): Promise<void> {
    await this.#o.plan.prepare();
    for (const spec of this.#o.agents.list()) {
      if (spec.backend === 'acp_warm') await this.#tendAgent(spec).catch(() => {});
    }
  }

  async #tendAgent(spec: AgentSpec): Promise<void> {
    const missing = this.#o.plan.places(spec);
    const mine = this.#waiting.filter(({ process }) => process.agent.id === spec.id);
    if (missing.length === 0 && mine.length === 0) return;
    const agent = await this.#o.agents.resolve(spec.id);
    const definition = JSON.stringify(agent);
    for (const spare of mine) {
      const at =
        spare.definition === definition ? missing.findIndex((place) => same(place, spare.place)) : -1;
      if (at === -1) await this.#end(spare);
      else missing.splice(at, 1);
    }
    for (const place of missing) await this.#start(agent, place, definition);
  }

  async #start(agent: ResolvedAgent, place: SparePlace, definition: string): Promise<void> {
    if (this.#disposed || !this.#o.limits.isFree(agent.id)) return;
    const process = await this.#o.start(agent, place.folder);
    // A process that cannot open one yet, since nobody is logged in perhaps, is a spare all the same.
    if (!this.#disposed) await this.#openAhead(process, place).catch(() => {});
    if (this.#disposed) return process.end();
    const spare: Spare = { process, place, definition };
    this.#waiting.push(spare);
    void process.ended.then(() => {
      this.#waiting = this.#waiting.filter((each) => each !== spare);
    });
    this.#o.plan.onReady();
  }

  async #openAhead(process: AgentProcess, { folder, opensFor }: SparePlace): Promise<void> {
    if (opensFor === null) return;
    const { agent, capabilities } = process;
    const { mcpServers } = acpMcpServers(agent.name, this.#o.mcp(opensFor), capabilities);
    await openAhead(process, newSessionParams(folder, mcpServers));
  }

  async #end(spare: Spare): Promise<void> {
    this.#waiting = this.#waiting.filter((each) => each !== spare);
    await spare.process.end().catch(() => {});
  }
}

function same(one: SparePlace, other: SparePlace): boolean {
  return one.folder === other.folder && one.opensFor === other.opensFor;
}
