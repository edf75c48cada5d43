/**
 * The agent processes that an earlier server left, and what a later one needs to know of ours.
 *
 *     adopt(): known and still wanted ──▶ silent ──goOn()──▶ told again what nobody acknowledged ──▶ as any other
 *                          └──unknown, or cannot be had──▶ somebody else's to end
 */
import type { LeftProcess } from '@pilotlight/keeper';
import type { AgentSessionHandle } from '@pilotlight/protocol';
import type { AgentTable } from '../agent-spec.ts';
import { TERMINAL_TAG, terminalTag, type AcpSession } from './acp-session.ts';
import { AgentProcess, type ProcessKeeping } from './agent-process.ts';
import { ProcessFiles, type Opening, type SessionMemory } from './process-file.ts';

/** By what the processes of the backend are known among those that an earlier server left. */
export const PROCESS_TAG = 'acp_warm';

export interface LeftAgentsOptions {
  agents: AgentTable;
  stateFolder: string;
  /** of those that are taken over */
  keeping: ProcessKeeping;
  /** Whether a later server may go on with the session. */
  isCurrent(session: SessionMemory): boolean;
}

export interface Adopted {
  process: AgentProcess;
  /** whose it is in the pool */
  owner: string;
  /** at least one */
  sessions: SessionMemory[];
  left: LeftProcess;
}

interface OpenSession {
  handle: AgentSessionHandle;
  session: AcpSession;
  opening: Opening;
}

export class LeftAgents {
  readonly #o: LeftAgentsOptions;
  readonly #files: ProcessFiles;
  readonly #owners = new WeakMap<AgentProcess, string>();
  readonly #forgotten = new WeakSet<AgentProcess>();
  /** tag → a terminal of a process that was taken over, until its agent asks for it again */
  readonly #terminals = new Map<string, LeftProcess>();
  /** taken over, and silent until everybody listens */
  readonly #silent: AgentProcess[] = [];

  constructor(options: LeftAgentsOptions) {
    this.#o = options;
    this.#files = new ProcessFiles(options.stateFolder);
  }

  /** `admit`: makes everything that listens to it. Answers those that were not taken over. */
  async adopt(
    left: readonly LeftProcess[],
    admit: (adopted: Adopted) => Promise<void>,
  ): Promise<LeftProcess[]> {
    this.#files.keepOnly(new Set(left.map(({ id }) => id)));
    const terminals = left.filter(({ tag }) => tag.startsWith(`${TERMINAL_TAG}/`));
    const others: LeftProcess[] = [];
    for (const one of left.filter((each) => !terminals.includes(each))) {
      const adopted = await this.#adopt(one);
      if (adopted === null) {
        others.push(one);
        continue;
      }
      const prefix = `${terminalTag(one.id)}/`;
      for (const terminal of terminals)
        if (terminal.tag.startsWith(prefix)) this.#terminals.set(terminal.tag, terminal);
      await admit(adopted);
      this.#silent.push(adopted.process);
    }
    return [...others, ...terminals.filter(({ tag }) => !this.#terminals.has(tag))];
  }

  /** Everybody listens: what the processes have said since is heard now. */
  goOn(): void {
    for (const process of this.#silent.splice(0)) {
      process.connection.start();
      void process.connection.caughtUp.then(() => this.#endTerminals(process));
    }
  }

  /** The terminal that the earlier server opened under that tag; given away once. */
  takeTerminal(tag: string): LeftProcess | null {
    const left = this.#terminals.get(tag) ?? null;
    this.#terminals.delete(tag);
    return left;
  }

  owned(process: AgentProcess, owner: string): void {
    this.#owners.set(process, owner);
  }

  /** For a later server. Without sessions nobody would go on with it. */
  remember(process: AgentProcess, open: readonly OpenSession[]): void {
    const owner = this.#owners.get(process);
    if (owner === undefined || open.length === 0 || this.#forgotten.has(process)) return;
    const { agent, initialized, child } = process;
    const sessions = open.map(({ handle, session, opening }) => ({
      handle,
      opening,
      root: session.root,
      config: session.config.memory,
    }));
    this.#files.write(child.id, { agent: agent.id, owner, initialized, sessions });
  }

  /** It has ended, or cannot be gone on with. */
  forget(process: AgentProcess): void {
    this.#forgotten.add(process);
    this.#files.remove(process.child.id);
  }

  async #adopt(left: LeftProcess): Promise<Adopted | null> {
    const memory = left.tag === PROCESS_TAG ? this.#files.read(left.id) : null;
    const sessions = memory?.sessions.filter((session) => this.#o.isCurrent(session)) ?? [];
    if (memory === null || sessions.length === 0) return null;
    const { agents, keeping } = this.#o;
    try {
      const agent = await agents.resolve(memory.agent);
      const process = await AgentProcess.adopt(left, memory.initialized, agent, keeping);
      return { process, owner: memory.owner, sessions, left };
    } catch {
      // Its definition is gone, or the keeper does not give it: it is ended as what nobody knows.
      return null;
    }
  }

  /** Those that its agent has not asked for again. */
  #endTerminals(process: AgentProcess): void {
    for (const [tag, terminal] of this.#terminals) {
      if (!tag.startsWith(`${terminalTag(process.child.id)}/`)) continue;
      this.#terminals.delete(tag);
      void terminal.end().catch(() => {});
    }
  }
}
