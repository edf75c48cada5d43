import { PilotlightError, toErrorInfo, type AgentInfo, type ErrorInfo } from '@pilotlight/protocol';
import { installAgent } from '../agents-install/install-agent.ts';
import type { DescribedAgentTable } from '../backends/agent-table.ts';
import type { AgentOffers } from './agent-offers.ts';

export interface AgentCatalogOptions {
  agents: DescribedAgentTable;
  offers: AgentOffers;
  dataFolder: string;
  /** taken when no other agent is there */
  fallbackAgent: string;
}

/** Which agents there are, which of them can run here, and how to get the others. */
export class AgentCatalog {
  readonly #o: AgentCatalogOptions;

  constructor(options: AgentCatalogOptions) {
    this.#o = options;
  }

  /** What is wrong with the file that adds agents; null when nothing is. */
  get error(): ErrorInfo | null {
    const { problem } = this.#o.agents;
    return problem === null ? null : toErrorInfo(problem);
  }

  list(): Promise<AgentInfo[]> {
    return Promise.all(this.#o.agents.list().map((spec) => this.#describe(spec.id)));
  }

  /**
   * The agent of something new, which can run here: the one that is wanted, or the default.
   * @throws PilotlightError `agent_unknown`, `agent_not_installed`, `config_invalid`
   */
  async choose(wanted: string | undefined): Promise<string> {
    const id = wanted ?? (await this.#default());
    await this.#o.agents.resolve(id);
    return id;
  }

  /** The first agent of the table whose program is here, the built-in one only when there is no other. */
  async #default(): Promise<string> {
    const found = (await this.list()).filter((agent) => agent.state === 'found').map((agent) => agent.id);
    return found.find((id) => id !== this.#o.fallbackAgent) ?? this.#o.fallbackAgent;
  }

  /** @throws PilotlightError `agent_unknown`, `install_failed`, `invalid_request` for an agent that has no package */
  async install(
    id: string,
    options: { version?: string; signal: AbortSignal; onLine(line: string): void },
  ): Promise<AgentInfo> {
    const { install, hint } = this.#o.agents.get(id);
    if (install === null) {
      throw new PilotlightError('invalid_request', `Agent "${id}" has no package to install. ${hint}`.trim());
    }
    await installAgent({
      dataFolder: this.#o.dataFolder,
      agentId: id,
      spec: { package: install.package, version: options.version ?? install.version },
      signal: options.signal,
      onLine: options.onLine,
    });
    return this.#describe(id);
  }

  async #describe(id: string): Promise<AgentInfo> {
    return { ...(await this.#o.agents.describe(id)), ...this.#o.offers.of(id) };
  }
}
