// The agents that can be used: the built-in ones and those of `<data folder>/agents.json`, which is read again whenever
// it changed. While something is wrong with it, the built-in ones go on as they are built in. Resolving finds the program:
// the version installed by us first, then PATH.
import { PilotlightError, type AgentInfo } from '@pilotlight/protocol';
import { join } from 'node:path';
import { installedAgent, type InstalledAgent } from '../agents-install/installed-agent.ts';
import { findProgram } from '@pilotlight/keeper';
import { handedOn } from './agent-environment.ts';
import type { AgentKeys } from './agent-keys.ts';
import type { AgentSpec, AgentTable, ResolvedAgent } from './agent-spec.ts';
import { fileStamp, readAgentsFile } from './agents-file.ts';

const FILE = 'agents.json';

export interface AgentTableOptions {
  /** absolute */
  dataFolder: string;
  /** of the server; a stated part of it reaches the agents */
  env: NodeJS.ProcessEnv;
  keys: AgentKeys;
  builtIn: readonly AgentSpec[];
}

/** An agent as the table knows it, without what it says of itself. */
export type AgentDescription = Omit<AgentInfo, 'options' | 'commands'>;

export interface DescribedAgentTable extends AgentTable {
  /** `config_invalid`: what is wrong with the file, which adds and changes nothing until it is mended; null: nothing is */
  readonly problem: PilotlightError | null;
  /** How an agent is shown. @throws PilotlightError `agent_unknown` */
  describe(id: string): Promise<AgentDescription>;
}

export function createAgentTable(options: AgentTableOptions): DescribedAgentTable {
  return new FileAgentTable(options);
}

class FileAgentTable implements DescribedAgentTable {
  readonly #options: AgentTableOptions;
  readonly #path: string;
  #stamp: string | null = null;
  #specs: AgentSpec[] = [];
  #problem: PilotlightError | null = null;

  constructor(options: AgentTableOptions) {
    this.#options = options;
    this.#path = join(options.dataFolder, FILE);
  }

  get problem(): PilotlightError | null {
    this.#refresh();
    return this.#problem;
  }

  list(): AgentSpec[] {
    this.#refresh();
    return this.#specs;
  }

  get(id: string): AgentSpec {
    const known = this.list();
    const spec = known.find((candidate) => candidate.id === id);
    if (spec !== undefined) return spec;
    if (this.#problem !== null) throw maybeInFile(id, this.#problem);
    const ids = known.map((candidate) => candidate.id).join(', ');
    throw new PilotlightError(
      'agent_unknown',
      `There is no agent "${id}"; there are ${ids}. Add it to ${this.#path}.`,
    );
  }

  async resolve(id: string): Promise<ResolvedAgent> {
    return (await this.#resolve(id)).agent;
  }

  async describe(id: string): Promise<AgentDescription> {
    const { name, backend, hint, install } = this.get(id);
    const builtIn = this.#options.builtIn.some((spec) => spec.id === id);
    const shown = {
      id,
      name,
      backend,
      hint: hint === '' ? null : hint,
      builtIn,
      installable: install !== null,
    };
    try {
      const { agent, installed } = await this.#resolve(id);
      // A script is named by its file: that Node runs it tells its reader nothing.
      const script = agent.command === process.execPath ? agent.args[0] : undefined;
      return {
        ...shown,
        state: 'found',
        command: script ?? agent.command,
        version: installed?.version ?? null,
      };
    } catch (error) {
      if (!(error instanceof PilotlightError)) throw error;
      return { ...shown, state: 'missing', command: null, version: null };
    }
  }

  async #resolve(id: string): Promise<{ agent: ResolvedAgent; installed: InstalledAgent | null }> {
    const spec = this.get(id);
    const { dataFolder, env, keys } = this.#options;
    const installed = await installedAgent(dataFolder, id);
    const program = installed === null ? null : installedProgram(spec, installed);
    const fill = (text: string): string => this.#fill(spec, text, program);
    const own = Object.fromEntries(Object.entries(spec.env).map(([name, value]) => [name, fill(value)]));
    const login = keys.of(id);
    const processEnv = { ...handedOn(env, [...spec.passEnv, ...spec.keys]), ...own, ...login.keys };
    // What the user set himself is what he wants run.
    const usesInstalled = program !== null && spec.command === this.#builtInCommand(id);
    const parts = usesInstalled
      ? programParts(program, spec.args)
      : { command: spec.command, args: spec.args };
    const command = await this.#find(spec, fill(parts.command), processEnv);
    const agent: ResolvedAgent = { ...spec, command, args: parts.args.map(fill), processEnv };
    if (login.method !== null) agent.authMethod = login.method;
    const coldArgs = spec.coldArgs?.map(fill);
    return {
      agent: coldArgs === undefined ? agent : { ...agent, coldArgs },
      installed: usesInstalled ? installed : null,
    };
  }

  #refresh(): void {
    const stamp = fileStamp(this.#path);
    if (stamp === this.#stamp) return;
    const { builtIn } = this.#options;
    try {
      this.#specs = readAgentsFile(this.#path, builtIn);
      this.#problem = null;
    } catch (error) {
      if (!(error instanceof PilotlightError)) throw error;
      this.#specs = [...builtIn];
      this.#problem = error;
    }
    this.#stamp = stamp;
  }

  #builtInCommand(id: string): string | undefined {
    return this.#options.builtIn.find((spec) => spec.id === id)?.command;
  }

  async #find(spec: AgentSpec, command: string, env: Record<string, string>): Promise<string> {
    try {
      return await findProgram(spec.id, command, this.#options.dataFolder, env);
    } catch (error) {
      if (!(error instanceof PilotlightError) || error.code !== 'agent_not_installed') throw error;
      throw notInstalled(spec);
    }
  }

  #fill(spec: AgentSpec, text: string, program: string | null): string {
    if (text.includes('${installed}') && program === null) throw notInstalled(spec);
    return text
      .replaceAll('${dataFolder}', this.#options.dataFolder)
      .replaceAll('${node}', process.execPath)
      .replaceAll('${installed}', program ?? '');
  }
}

/** The file that is run of an installed version. */
function installedProgram(spec: AgentSpec, installed: InstalledAgent): string | null {
  if (spec.install === null) return installed.bin;
  const windows = process.platform === 'win32';
  const file = spec.install.bin
    .replaceAll('${platform}', windows ? 'windows' : process.platform)
    .replaceAll('${arch}', process.arch)
    .replaceAll('${exe}', windows ? '.exe' : '');
  return join(installed.folder, file);
}

/** A script is run by our own Node: the one on PATH may be too old for it. */
function programParts(program: string, args: string[]): { command: string; args: string[] } {
  return /\.[cm]?js$/.test(program)
    ? { command: process.execPath, args: [program, ...args] }
    : { command: program, args };
}

function maybeInFile(id: string, { code, message, details }: PilotlightError): PilotlightError {
  const said = `Agent "${id}" is not built in, and the file that may define it is wrong: ${message}`;
  return new PilotlightError(code, said, details === undefined ? {} : { details });
}

function notInstalled(spec: AgentSpec): PilotlightError {
  const hint =
    spec.hint || `Its command is "${spec.command}": install it, or correct the entry in agents.json.`;
  return new PilotlightError(
    'agent_not_installed',
    `The program of agent "${spec.id}" was not found. ${hint}`,
    {
      details: { agent: spec.id },
    },
  );
}
