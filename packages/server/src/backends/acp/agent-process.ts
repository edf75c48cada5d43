/**
 * One process of an agent that speaks ACP, and who listens to its sessions.
 *
 *     start() ──initialize answered──▶ up ──connection ended (or end())──▶ ended, the process and its group gone
 */
import type { InitializeRequest } from '@agentclientprotocol/sdk';
import { PilotlightError } from '@pilotlight/protocol';
import type { ChildProcessPort, KillDeadlines, ProcessPort } from '@pilotlight/keeper';
import type { ResolvedAgent } from '../agent-spec.ts';
import { VERSION } from '../../version.ts';
import { readCapabilities, type AgentCapabilities } from './agent-capabilities.ts';
import { agentError } from './agent-errors.ts';
import { Connection } from './connection.ts';
import { asObject, asString, at } from './raw-values.ts';
import { RPC, RpcError } from './rpc-error.ts';

const protocolVersion = 1;
/** Updates kept for sessions whose `session/new` has not been answered yet. */
const earlyLimit = 1000;

/** Who takes what an agent says of one session. */
export interface SessionSink {
  update(update: unknown): void;
  /** Answers a request that names the session. @throws RpcError */
  request(method: string, params: Record<string, unknown>): unknown;
}

export interface AgentProcessOptions {
  agent: ResolvedAgent;
  processes: ProcessPort;
  /** where it starts; every session has its own folder */
  cwd: string;
  kill?: KillDeadlines;
  /** aborted: give the start up */
  signal?: AbortSignal;
}

export class AgentProcess {
  readonly agent: ResolvedAgent;
  readonly child: ChildProcessPort;
  readonly connection: Connection;
  /** Resolves with the reason when the connection ended; the process is then being ended. */
  readonly ended: Promise<PilotlightError>;
  readonly #kill: KillDeadlines | undefined;
  readonly #sinks = new Map<string, SessionSink>();
  #opening = 0;
  #early: { sessionId: string; update: unknown }[] = [];
  #capabilities: AgentCapabilities = readCapabilities(null);

  private constructor(child: ChildProcessPort, options: AgentProcessOptions) {
    this.agent = options.agent;
    this.child = child;
    this.#kill = options.kill;
    this.connection = new Connection({
      name: options.agent.name,
      child,
      handlers: {
        notification: (method, params) => this.#notified(method, params),
        request: (method, params) => this.#asked(method, params),
      },
    });
    this.ended = this.connection.ended;
    void this.ended.then(() => this.end()).catch(() => {});
  }

  /**
   * Starts the process and shakes hands with it; a process that does not get so far is ended.
   * @throws PilotlightError `agent_not_installed`, `agent_failed`, `agent_timeout`, `agent_protocol`, `agent_login_required`
   */
  static async start(options: AgentProcessOptions): Promise<AgentProcess> {
    const { agent } = options;
    const child = await options.processes.spawn({
      owner: agent.name,
      command: agent.command,
      args: agent.args,
      cwd: options.cwd,
      env: agent.processEnv,
    });
    const started = new AgentProcess(child, options);
    try {
      await started.#initialize(options.signal);
      return started;
    } catch (cause) {
      await started.end().catch(() => {});
      throw agentError(agent, 'start', cause, child.stderrTail());
    }
  }

  get capabilities(): AgentCapabilities {
    return this.#capabilities;
  }

  get isUp(): boolean {
    return this.connection.endReason === null;
  }

  /** From now on the session's updates and requests go to the sink; those that came early are handed over at once. */
  attach(sessionId: string, sink: SessionSink): void {
    this.#sinks.set(sessionId, sink);
    const early = this.#early;
    this.#early = early.filter((one) => one.sessionId !== sessionId);
    for (const one of early) if (one.sessionId === sessionId) sink.update(one.update);
  }

  detach(sessionId: string): void {
    this.#sinks.delete(sessionId);
  }

  /** While `open` runs, updates of sessions that nobody knows yet are kept for `attach`. */
  async whileOpening<T>(open: () => Promise<T>): Promise<T> {
    this.#opening += 1;
    try {
      return await open();
    } finally {
      if (--this.#opening === 0) this.#early = [];
    }
  }

  /** Ends the process and its group; may be called again. */
  async end(): Promise<void> {
    await this.child.end(this.#kill);
  }

  async #initialize(signal: AbortSignal | undefined): Promise<void> {
    const { offer, deadlines, name } = this.agent;
    const params: InitializeRequest = {
      protocolVersion,
      clientInfo: { name: 'pilotlight', title: 'Pilotlight', version: VERSION },
      clientCapabilities: {
        fs: { readTextFile: offer.readTextFile, writeTextFile: offer.writeTextFile },
        terminal: offer.terminal,
        session: { configOptions: { boolean: {} }, notices: {} },
        elicitation: { form: {} },
      },
    };
    const result = await this.connection.request('initialize', params, {
      deadlineMs: deadlines.initialize,
      ...(signal === undefined ? {} : { signal }),
    });
    const version = at(result, ['protocolVersion']);
    if (version !== protocolVersion) {
      throw new PilotlightError(
        'agent_protocol',
        `${name} speaks version ${String(version)} of the Agent Client Protocol, we speak version ${protocolVersion}. Use a version of it that does too.`,
        { details: { theirs: version, ours: protocolVersion } },
      );
    }
    this.#capabilities = readCapabilities(result);
  }

  #notified(method: string, params: unknown): void {
    if (method !== 'session/update') return;
    const raw = asObject(params);
    const sessionId = asString(raw?.['sessionId']);
    if (raw === null || sessionId === null) return;
    const sink = this.#sinks.get(sessionId);
    if (sink) sink.update(raw['update']);
    else if (this.#opening > 0 && this.#early.length < earlyLimit) {
      this.#early.push({ sessionId, update: raw['update'] });
    }
  }

  #asked(method: string, params: unknown): unknown {
    const raw = asObject(params) ?? {};
    const sink = this.#sinks.get(asString(raw['sessionId']) ?? '');
    if (sink) return sink.request(method, raw);
    if (method === 'session/request_permission') return { outcome: { outcome: 'cancelled' } };
    throw new RpcError(RPC.methodNotFound, `Method not found: ${method}`);
  }
}
