/**
 * One process of an agent that speaks ACP, and who listens to its sessions.
 *
 *     start() ──initialize answered──▶ up ──connection ended (or end())──▶ ended, the process and its group gone
 */
import type { InitializeRequest } from '@agentclientprotocol/sdk';
import { PilotlightError } from '@pilotlight/protocol';
import type { ChildProcessPort, KillDeadlines, LeftProcess, ProcessPort } from '@pilotlight/keeper';
import type { ResolvedAgent } from '../agent-spec.ts';
import { VERSION } from '../../version.ts';
import type { AheadSession } from './ahead-session.ts';
import { readCapabilities, type AgentCapabilities } from './agent-capabilities.ts';
import { agentError } from './agent-errors.ts';
import { Connection, type Asked, type Resumption } from './connection.ts';
import { asObject, asString, at } from './raw-values.ts';
import { RPC, RpcError } from './rpc-error.ts';
import { answeredIds } from './sent-lines.ts';

const protocolVersion = 1;
/** Updates kept for sessions whose `session/new` has not been answered yet. */
const earlyLimit = 1000;
/** How long what is said outside turns waits to be acknowledged together. */
const acknowledgeMs = 100;
const mostKeptBytes = 512 * 1024 * 1024;

/** Bytes since the process started. */
export interface Needed {
  output: number;
  input: number;
}

/** Who takes what an agent says of one session. */
export interface SessionSink {
  update(update: unknown): void;
  /** Answers a request that names the session. @throws RpcError */
  request(method: string, params: Record<string, unknown>, asked: Asked): unknown;
  /** From where on a later server would need to hear this session, and what was said to it; null: nothing of it. */
  readonly needed: Needed | null;
  /** A later server could not hear it all again: nothing more is kept of the turn that runs. */
  outgrown(): void;
}

export interface AgentProcessOptions {
  agent: ResolvedAgent;
  processes: ProcessPort;
  /** where it starts; every session has its own folder */
  cwd: string;
  /** besides the agent's own, those of the one worktree it works in */
  env?: Record<string, string>;
  keeping: ProcessKeeping;
  /** aborted: give the start up */
  signal?: AbortSignal;
}

/** How processes are kept for a later server, and ended; the same for all of a backend. */
export interface ProcessKeeping {
  kill?: KillDeadlines | undefined;
  /** By what a later server knows the process again. */
  tag?: string;
  /** Resolves when everything said so far is written down. */
  written?(): Promise<void>;
  /** It has said more in a turn than is kept: no later server can go on with it. */
  onOutgrown?(process: AgentProcess): void;
  /** bytes of output kept for a later server while a turn runs, 512 MiB unless told */
  mostKept?: number | undefined;
}

export class AgentProcess {
  readonly agent: ResolvedAgent;
  readonly child: ChildProcessPort;
  readonly connection: Connection;
  /** Resolves with the reason when the connection ended; the process is then being ended. */
  readonly ended: Promise<PilotlightError>;
  /** the session that a spare has open before a chat needs it */
  ahead: AheadSession | null = null;
  readonly #keeping: ProcessKeeping;
  readonly #sinks = new Map<string, SessionSink>();
  #opening = 0;
  #wasAsked = false;
  #early: { sessionId: string; update: unknown }[] = [];
  #initialized: unknown = null;
  #capabilities: AgentCapabilities = readCapabilities(null);
  #acknowledging = false;
  #hasExited = false;
  #endedBefore = false;

  private constructor(
    child: ChildProcessPort,
    agent: ResolvedAgent,
    keeping: ProcessKeeping,
    resumption?: Resumption,
  ) {
    this.agent = agent;
    this.child = child;
    this.#keeping = keeping;
    this.connection = new Connection({
      name: agent.name,
      child,
      handlers: {
        notification: (method, params) => this.#notified(method, params),
        request: (method, params, asked) => this.#asked(method, params, asked),
      },
      onRead: () => this.#onRead(),
      ...(resumption === undefined ? {} : { resumption }),
    });
    // The connection ends some time later, when everything that was said is heard.
    void child.exited.then(() => (this.#hasExited = true));
    this.ended = this.connection.ended;
    void this.ended.then(() => this.end()).catch(() => {});
  }

  /**
   * Starts the process and shakes hands with it; a process that does not get so far is ended.
   * @throws PilotlightError `agent_not_installed`, `agent_failed`, `agent_timeout`, `agent_protocol`, `agent_login_required`
   */
  static async start(options: AgentProcessOptions): Promise<AgentProcess> {
    const { agent, keeping } = options;
    const child = await options.processes.spawn({
      owner: agent.name,
      command: agent.command,
      args: agent.args,
      cwd: options.cwd,
      env: { ...agent.processEnv, ...options.env },
      ...(keeping.tag === undefined ? {} : { tag: keeping.tag }),
    });
    const started = new AgentProcess(child, agent, keeping);
    try {
      await started.#initialize(options.signal);
      return started;
    } catch (cause) {
      await started.end().catch(() => {});
      throw agentError(agent, 'start', cause, child.stderrTail());
    }
  }

  /**
   * Takes over a process of an earlier server. It is silent until `connection.start()`, so that everybody who listens is there.
   * `initialized`: what it answered to `initialize` then.
   */
  static async adopt(
    left: LeftProcess,
    initialized: unknown,
    agent: ResolvedAgent,
    keeping: ProcessKeeping,
  ): Promise<AgentProcess> {
    const { output, input } = left;
    const resumption: Resumption = {
      from: output.from,
      until: output.to,
      // Each request took more than a byte, so no id was as high.
      nextId: input.accepted + 1,
      answered: answeredIds(input.lines),
    };
    const process = new AgentProcess(await left.adopt(), agent, keeping, resumption);
    process.#endedBefore = left.exit !== null;
    process.#initialized = initialized;
    process.#capabilities = readCapabilities(initialized);
    return process;
  }

  /** Whether it had ended when it was taken over; what it said is still heard. */
  get endedBefore(): boolean {
    return this.#endedBefore;
  }

  /** What the agent answered to `initialize`. */
  get initialized(): unknown {
    return this.#initialized;
  }

  /** Lets go of what nobody will need to hear again. */
  acknowledge(): void {
    this.#acknowledge({ output: this.connection.position, input: this.child.written });
  }

  get capabilities(): AgentCapabilities {
    return this.#capabilities;
  }

  get isUp(): boolean {
    return !this.#hasExited && this.connection.endReason === null;
  }

  /** Whether somebody asked it to end before its connection did. */
  get wasAsked(): boolean {
    return this.#wasAsked;
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
    if (this.isUp) this.#wasAsked = true;
    await this.child.end(this.#keeping.kill);
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
        elicitation: { form: {}, url: {} },
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
    this.#initialized = result;
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

  #onRead(): void {
    const needed = this.#needed();
    if (needed.length === 0) return this.#acknowledgeSoon();
    const from = Math.min(...needed.map(({ output }) => output));
    if (this.connection.position - from <= (this.#keeping.mostKept ?? mostKeptBytes)) return;
    // Else it would be held back in the end, waiting for an acknowledgement that comes with the turn's end.
    for (const sink of this.#sinks.values()) sink.outgrown();
    this.#keeping.onOutgrown?.(this);
    this.acknowledge();
  }

  #needed(): Needed[] {
    return [...this.#sinks.values()].flatMap(({ needed }) => needed ?? []);
  }

  #acknowledge(heard: Needed): void {
    const all = this.#needed();
    const output = Math.min(heard.output, ...all.map((needed) => needed.output));
    const input = Math.min(heard.input, ...all.map((needed) => needed.input));
    this.child.acknowledge(output, input);
  }

  /** While a turn is open its end acknowledges; else what was said, once it is written down. */
  #acknowledgeSoon(): void {
    const { written } = this.#keeping;
    if (this.#acknowledging || written === undefined) return;
    this.#acknowledging = true;
    setTimeout(() => {
      const heard = { output: this.connection.position, input: this.child.written };
      written()
        // Not written, as when the server stops: a later one hears it.
        .then(
          () => this.#acknowledge(heard),
          () => {},
        )
        .finally(() => (this.#acknowledging = false));
    }, acknowledgeMs).unref();
  }

  #asked(method: string, params: unknown, asked: Asked): unknown {
    const raw = asObject(params) ?? {};
    const sink = this.#sinks.get(asString(raw['sessionId']) ?? '');
    if (sink) return sink.request(method, raw, asked);
    if (method === 'session/request_permission') return { outcome: { outcome: 'cancelled' } };
    throw new RpcError(RPC.methodNotFound, `Method not found: ${method}`);
  }
}
