/**
 * One ACP session of one chat: hears everything the agent says of it and passes it to the turn that runs, or to the chat
 * when none does.
 *
 *     swallowing (after resume or load, until the first prompt) ──▶ idle ⇄ in a turn ──▶ detached
 */
import type { AgentEvent } from '@pilotlight/protocol';
import type { LeftProcess, ProcessPort } from '@pilotlight/keeper';
import type { AgentProcess, Needed, SessionSink } from './agent-process.ts';
import type { Asked } from './connection.ts';
import { readTextFile, writeTextFile } from './client-files.ts';
import { ClientTerminals } from './client-terminals.ts';
import { ConfigState } from './config-state.ts';
import { asObject, type RawObject } from './raw-values.ts';
import { RPC, RpcError } from './rpc-error.ts';
import { UpdateMapper } from './update-mapper.ts';

/** What a running turn takes from its session. */
export interface TurnSink {
  event(event: AgentEvent): void;
  /** Answers `session/request_permission`. */
  permission(params: RawObject): unknown;
  /** Answers `elicitation/create`. */
  question(params: RawObject): unknown;
  /** The session is gone; the turn ends as cancelled. */
  drop(): void;
}

export interface AcpSessionOptions {
  process: AgentProcess;
  id: string;
  /** real path of the worktree; files and terminals of the agent stay inside */
  root: string;
  processes: ProcessPort;
  /** see ClientTerminalsOptions */
  env(): Promise<Record<string, string>>;
  /** The terminal that an earlier server left under that tag. */
  takeLeft?(tag: string): LeftProcess | null;
  /** Takes what is said while no turn runs. */
  outOfTurn(event: AgentEvent): void;
  /** What was said of it came from so many first bytes of the process's output. */
  heard?(offset: number): void;
  /** The options are others than before. */
  configChanged?(): void;
  /** bytes of the process's output in which everything about this session was written down by an earlier server */
  heardBefore?: number;
}

export const TERMINAL_TAG = 'acp_terminal';

/** What the tags of the terminals begin with that an agent process had us open. */
export function terminalTag(processId: string): string {
  return `${TERMINAL_TAG}/${processId}`;
}

/** A replay has no end mark, so it has ended when nothing came for so long. */
const quietMs = 100;
const quietLimitMs = 5000;

const conversation = new Set([
  'user_message_chunk',
  'agent_message_chunk',
  'agent_thought_chunk',
  'tool_call',
  'tool_call_update',
  'plan',
]);

export class AcpSession implements SessionSink {
  readonly id: string;
  readonly root: string;
  readonly process: AgentProcess;
  readonly config = new ConfigState();
  readonly mapper = new UpdateMapper(this.config);
  readonly #options: AcpSessionOptions;
  readonly #terminals: ClientTerminals;
  #turn: TurnSink | null = null;
  #needed: Needed | null = null;
  #swallowing = false;
  #hasReplayed = false;
  #lastReplay = 0;

  constructor(options: AcpSessionOptions) {
    this.id = options.id;
    this.root = options.root;
    this.process = options.process;
    this.#options = options;
    this.#terminals = new ClientTerminals({
      agent: options.process.agent,
      processes: options.processes,
      root: options.root,
      env: options.env,
      tag: terminalTag(options.process.child.id),
      takeLeft: options.takeLeft ?? (() => null),
      onChange: (terminalId, state) => this.mapper.terminal(terminalId, state, this.#emit),
    });
  }

  get isBusy(): boolean {
    return this.#turn !== null;
  }

  /** From now until the first prompt, what is said of the conversation is a replay and not shown again. */
  swallowReplay(): void {
    this.#swallowing = true;
  }

  /** Whether anything of the conversation was told again. */
  get hasReplayed(): boolean {
    return this.#hasReplayed;
  }

  /** Resolves when a replay that has begun has ended, at the latest after 5 s. */
  async replayed(certainly: boolean): Promise<void> {
    const from = performance.now();
    if (certainly) this.#lastReplay = from;
    if (this.#lastReplay === 0) return;
    for (;;) {
      const now = performance.now();
      const wait = Math.min(this.#lastReplay + quietMs, from + quietLimitMs) - now;
      if (wait <= 0 || !this.process.isUp) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** What the answer to new, resume, load or an option says of the options is shown. */
  takeConfig(result: unknown): boolean {
    const said = this.config.take(result);
    if (said) this.showConfig();
    return said;
  }

  showConfig(): void {
    this.#emit({ type: 'config', options: this.config.list() });
  }

  /** `input`: bytes that were sent to the process before the turn; all until now unless told */
  beginTurn(turn: TurnSink, input = this.process.child.written): void {
    this.#swallowing = false;
    this.#turn = turn;
    this.#needed = { output: this.process.connection.position, input };
    this.mapper.beginTurn();
  }

  get needed(): Needed | null {
    return this.#needed;
  }

  outgrown(): void {
    this.#needed = null;
  }

  /** The end of the turn is written down. */
  turnWritten(): void {
    if (this.#turn !== null) return;
    this.#needed = null;
    this.process.acknowledge();
  }

  /** What comes from now on belongs to the chat. */
  endTurn(): void {
    this.#turn = null;
    this.#options.heard?.(this.process.connection.position);
    void this.#terminals.releaseAll();
  }

  /** Stops listening; a running turn ends as cancelled. */
  async detach(): Promise<void> {
    this.process.detach(this.id);
    this.#turn?.drop();
    await this.#terminals.releaseAll();
  }

  update(update: unknown): void {
    if (this.#wasHeard) return;
    if (this.#swallowing && conversation.has(String(asObject(update)?.['sessionUpdate']))) {
      this.#lastReplay = performance.now();
      this.#hasReplayed = true;
      return;
    }
    this.mapper.map(update, this.#emit);
  }

  request(method: string, params: RawObject, asked: Asked): unknown {
    const { offer } = this.process.agent;
    const turn = this.#wasHeard ? null : this.#turn;
    if (method === 'session/request_permission') {
      return turn?.permission(params) ?? { outcome: { outcome: 'cancelled' } };
    }
    if (method === 'elicitation/create') return turn?.question(params) ?? { action: 'cancel' };
    // Done already, with the answer.
    if (asked.isAnswered && (this.#wasHeard || method.startsWith('fs/'))) return {};
    if (method === 'fs/read_text_file' && offer.readTextFile) return readTextFile(this.root, params);
    if (method === 'fs/write_text_file' && offer.writeTextFile) return writeTextFile(this.root, params);
    if (method.startsWith('terminal/') && offer.terminal)
      return this.#terminals.request(method, params, asked);
    throw new RpcError(RPC.methodNotFound, `Method not found: ${method}`);
  }

  /** Whether what is being handed over is of a turn, or of a pause, that an earlier server has written down to its end. */
  get #wasHeard(): boolean {
    return this.process.connection.position <= (this.#options.heardBefore ?? -1);
  }

  readonly #emit = (event: AgentEvent): void => {
    if (event.type === 'config') this.#options.configChanged?.();
    if (this.#turn) return this.#turn.event(event);
    if (this.#wasHeard) return;
    this.#options.heard?.(this.process.connection.position);
    this.#options.outOfTurn(event);
  };
}
