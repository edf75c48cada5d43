/**
 * Keeps agents that speak ACP warm: one process for each (session, agent), in it one ACP session for each chat.
 *
 *     ensureSession: process up? ── else start ──▶ session known? ── else resume, load or new ──▶ mode, model, options
 *     process ends by itself: its chats become cold; the next ensureSession starts and resumes
 *     closeSession, dispose: sessions are closed, a process ends with its last chat
 */
import {
  PilotlightError,
  toErrorInfo,
  type AgentBackend,
  type AgentSessionChoice,
  type AgentSessionHandle,
  type BackendProcess,
  type Continuity,
  type EnsureSessionOpts,
  type IdleProcesses,
  type PastMessage,
  type PastPlace,
  type PastSession,
  type PromptCtx,
  type PromptInput,
  type ReattachCtx,
  type TurnResult,
} from '@pilotlight/protocol';
import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import type { KillDeadlines, LeftProcess, ProcessPort } from '@pilotlight/keeper';
import type { AgentTable } from '../agent-spec.ts';
import type { BackendHost } from '../backend-host.ts';
import { interrupted } from '../interrupted.ts';
import { OpeningNotices } from '../opening-notices.ts';
import { NO_MCP, type McpSource } from '../mcp-source.ts';
import type { AgentProcess, ProcessKeeping } from './agent-process.ts';
import { applyChoice } from './apply-choice.ts';
import { describeProcess, describeSpare } from './describe-process.ts';
import { LeftAgents, PROCESS_TAG } from './left-agents.ts';
import type { Opening } from './process-file.ts';
import { ProcessPool } from './process-pool.ts';
import { listPastSessions, readPastSession } from './past-sessions.ts';
import { PromptTurn } from './prompt-turn.ts';
import type { SparePlan } from './spares.ts';
import type { StartLimits } from './start-limits.ts';
import { findSentPrompt } from './sent-lines.ts';
import { SessionOpener, type WorktreeEnv } from './session-opener.ts';
import { SettledChoices } from './settled-choices.ts';
import { closeAcpSession, keyOf, WarmChats, type WarmChat } from './warm-chat.ts';

export interface WarmAcpBackendOptions {
  agents: AgentTable;
  processes: ProcessPort;
  host: BackendHost;
  /** none without it */
  mcp?: McpSource;
  /** where it is kept what a later server needs to go on with the processes */
  stateFolder: string;
  /** of the kill ladder */
  kill?: KillDeadlines;
  /** see `ProcessKeeping` */
  mostKept?: number;
  /** processes started ahead; none without it */
  spares?: SparePlan;
  /** how often a failing agent is started */
  limits?: StartLimits;
  /** none without it */
  worktreeEnv?: WorktreeEnv;
}

export class WarmAcpBackend implements AgentBackend {
  readonly kind = 'acp_warm';
  readonly #agents: AgentTable;
  readonly #host: BackendHost;
  readonly #opener: SessionOpener;
  readonly #pool: ProcessPool;
  readonly #left: LeftAgents;
  readonly #chats = new WarmChats();
  readonly #starting = new Map<string, Promise<AgentSessionHandle>>();
  /** What is being closed; a start of the same waits for it. */
  readonly #closing = new Map<string, { chat: WarmChat; closed: Promise<void> }>();
  readonly #choices = new SettledChoices();
  /** What the user has to hear of how a session was opened. */
  readonly #notices = new OpeningNotices();
  /** Whose stored session the agent does not have any more. */
  readonly #lost = new Set<string>();
  #disposed = false;

  constructor(options: WarmAcpBackendOptions) {
    this.#agents = options.agents;
    this.#host = options.host;
    const { agents, processes, host, mcp = NO_MCP, kill, mostKept, spares, limits } = options;
    const keeping: ProcessKeeping = {
      kill,
      mostKept,
      tag: PROCESS_TAG,
      written: () => this.#written(),
      onOutgrown: (process) => this.#left.forget(process),
    };
    this.#left = new LeftAgents({
      agents,
      stateFolder: options.stateFolder,
      keeping,
      isCurrent: ({ handle }) => this.#isCurrent(handle),
    });
    this.#pool = new ProcessPool({
      agents,
      processes,
      keeping,
      onStarted: (process, owner) => this.#left.owned(process, owner),
      mcp,
      ...(spares === undefined ? {} : { spares }),
      ...(limits === undefined ? {} : { limits }),
      onEnded: (process, reason) => this.#processEnded(process, reason),
    });
    this.#opener = new SessionOpener({
      agents,
      processes,
      host,
      mcp,
      pool: this.#pool,
      left: this.#left,
      chats: this.#chats,
      choices: this.#choices,
      notices: this.#notices,
      worktreeEnv: options.worktreeEnv ?? (async () => ({})),
    });
  }

  async ensureSession(sessionId: string, opts: EnsureSessionOpts): Promise<AgentSessionHandle> {
    if (this.#disposed)
      throw new PilotlightError('server_stopping', `${opts.agent} is not started: the server stops.`);
    const key = keyOf(opts.chatId, opts.agent);
    const live = this.#chats.live(key);
    if (live) {
      // What an earlier server left unread is not of the turn to come.
      await live.session.process.connection.caughtUp;
      live.continuity = 'live';
      if (opts.model !== null) await applyChoice(live.session, { model: opts.model });
      return live.handle;
    }
    const running = this.#starting.get(key);
    if (running) return running;
    const starting = this.#start(key, sessionId, opts).finally(() => this.#starting.delete(key));
    this.#starting.set(key, starting);
    return starting;
  }

  /**
   * Takes over the processes of an earlier server; those it does not know, or cannot go on with, are answered. What they have
   * said since is heard after `goOn`.
   */
  adopt(left: readonly LeftProcess[]): Promise<LeftProcess[]> {
    return this.#left.adopt(left, (adopted) => this.#opener.admit(adopted));
  }

  /** Everybody listens: what the adopted processes have said since is heard now. */
  goOn(): void {
    this.#left.goOn();
  }

  /** When the sessions that are open were opened, by an earlier server perhaps. */
  openings(): ({ chatId: string; agent: string } & Opening)[] {
    return [...this.#chats.values()].map(({ handle: { chatId, agent }, opening }) => ({
      chatId,
      agent,
      ...opening,
    }));
  }

  isLive(chatId: string, agent: string): boolean {
    return this.#chats.live(keyOf(chatId, agent)) !== undefined;
  }

  // Not async: it listens when it returns.
  reattach(handle: AgentSessionHandle, ctx: ReattachCtx): Promise<TurnResult> {
    const chat = this.#chats.get(keyOf(handle.chatId, handle.agent));
    if (!chat)
      return Promise.reject(
        interrupted(null, `No process of ${handle.agent} was left with this conversation in it.`),
      );
    const sent = findSentPrompt(chat.inputBefore, chat.session.id, ctx.turnId);
    if (!sent) return Promise.resolve(notSent('agent_unavailable', `${handle.agent} never had this prompt.`));
    const turn = new PromptTurn(chat.session, ctx);
    this.#host.residencyChanged(chat.handle, 'busy', 'Runs a turn');
    const { process } = chat.session;
    const result = this.#run(
      chat,
      turn,
      turn.takeUp(sent, () => ctx.onCaughtUp()),
    );
    return process.endedBefore ? result.then((ended) => endedMeanwhile(process.agent.name, ended)) : result;
  }

  turnWritten(chatId: string, agent: string): void {
    this.#chats.get(keyOf(chatId, agent))?.session.turnWritten();
  }

  async prompt(handle: AgentSessionHandle, input: PromptInput, ctx: PromptCtx): Promise<TurnResult> {
    const chat = this.#chats.live(keyOf(handle.chatId, handle.agent));
    if (!chat)
      return notSent('agent_unavailable', `${handle.agent} has no live session for chat ${handle.chatId}.`);
    if (chat.session.isBusy)
      return notSent('conflict', `${handle.agent} still works on a prompt of chat ${handle.chatId}.`);
    // Sent first: the agent works while the rest of us is told.
    const turn = new PromptTurn(chat.session, ctx);
    const answered = turn.run(input);
    this.#host.residencyChanged(chat.handle, 'busy', 'Runs a turn');
    return this.#run(chat, turn, answered);
  }

  async #run(chat: WarmChat, turn: PromptTurn, answered: Promise<TurnResult>): Promise<TurnResult> {
    const result = await answered;
    if (turn.sessionLost) {
      this.#lost.add(chat.key);
      await this.#release(chat, 'The agent does not have its session any more');
    } else if (result.error?.details?.['by'] === 'session_closed')
      await this.#release(chat, result.error.message);
    else if (this.#chats.live(chat.key) === chat)
      this.#host.residencyChanged(chat.handle, 'ready', 'Kept warm');
    return result;
  }

  async configure(handle: AgentSessionHandle, choice: AgentSessionChoice): Promise<void> {
    const key = keyOf(handle.chatId, handle.agent);
    const chat = this.#chats.live(key);
    if (chat) await applyChoice(chat.session, choice);
    this.#choices.taken(key, choice);
  }

  continuity(handle: AgentSessionHandle): Continuity {
    return this.#chats.get(keyOf(handle.chatId, handle.agent))?.continuity ?? 'fresh';
  }

  openingNotice({ chatId, agent }: AgentSessionHandle): string | null {
    return this.#notices.take(keyOf(chatId, agent));
  }

  async closeSession(handle: AgentSessionHandle): Promise<void> {
    const key = keyOf(handle.chatId, handle.agent);
    const starting = this.#starting.get(key);
    if (starting) await starting.catch(() => {});
    this.#choices.forget(key);
    const chat = this.#chats.get(key);
    if (!chat) return this.#closing.get(key)?.closed;
    // Out of use before the first pause: a prompt that comes now starts it again.
    this.#chats.delete(key);
    const closed = this.#close(chat).finally(() => this.#closing.delete(key));
    this.#closing.set(key, { chat, closed });
    await closed;
  }

  async #close(chat: WarmChat): Promise<void> {
    this.#host.residencyChanged(chat.handle, 'closing', 'Is being closed');
    await closeAcpSession(chat.session);
    await this.#release(chat, 'Closed');
  }

  async leave(idle: IdleProcesses): Promise<void> {
    this.#disposed = true;
    await Promise.allSettled(this.#starting.values());
    if (idle === 'end') await Promise.all(this.#chats.idle().map(({ handle }) => this.closeSession(handle)));
    // Whoever comes next starts its own.
    await this.#pool.spares?.dispose();
    for (const process of this.#pool.processes()) process.connection.leave();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const chats = [...this.#chats.values()];
    this.#chats.clear();
    await this.#pool.dispose();
    await Promise.allSettled(this.#starting.values());
    for (const chat of chats) this.#host.residencyChanged(chat.handle, 'cold', 'The server stopped');
  }

  async renew(agent: string): Promise<void> {
    const idle = this.#chats.idle().filter(({ handle }) => handle.agent === agent);
    await Promise.all(idle.map(({ handle }) => this.closeSession(handle)));
    // Spares of another definition than the present one are ended.
    void this.tendSpares();
  }

  health(): 'up' | 'down' {
    return this.#disposed ? 'down' : 'up';
  }

  listSessions(place: PastPlace): Promise<PastSession[]> {
    return this.#withProcess(place, (process, cwd) => listPastSessions(process, cwd));
  }

  readSession(place: PastPlace, agentSessionId: string): Promise<PastMessage[]> {
    return this.#withProcess(place, (process, cwd) => readPastSession(process, cwd, agentSessionId));
  }

  /** A process for one question, which ends with it. */
  async #withProcess<T>(
    { agent: id, cwd, projectId }: PastPlace,
    ask: (process: AgentProcess, cwd: string) => Promise<T>,
  ): Promise<T> {
    const agent = await this.#agents.resolve(id);
    const root = await realpath(cwd).catch(() => cwd);
    const place = { cwd: root, projectId, env: {} };
    const lease = await this.#pool.lease(`past/${randomUUID()}`, agent, place);
    try {
      return await ask(lease.process, root);
    } finally {
      await lease.release();
    }
  }

  async inspect(): Promise<BackendProcess[]> {
    const spares = this.#pool.spares?.list() ?? [];
    return Promise.all([
      ...this.#pool.processes().map((process) => this.#describe(process)),
      ...spares.map((process) => describeSpare(process)),
    ]);
  }

  async endUnused(pid: number): Promise<void> {
    await this.#pool.spares?.end(pid);
  }

  /** Starts spares that are missing and ends those that are too many, in the background. */
  async tendSpares(): Promise<void> {
    await this.#pool.spares?.tend();
  }

  /** As `tendSpares`, where no session has just taken one: what starts then would hold up its first prompt. */
  async tendSparesAtRest(): Promise<void> {
    await this.#pool.spares?.tendAtRest();
  }

  async #start(key: string, sessionId: string, opts: EnsureSessionOpts): Promise<AgentSessionHandle> {
    await this.#closing.get(key)?.closed.catch(() => {});
    const { agent, chatId, worktreeId } = opts;
    const stored = this.#host.findAgentSession(chatId, agent);
    const handle: AgentSessionHandle = {
      sessionId,
      agent,
      backend: this.kind,
      chatId,
      worktreeId,
      agentSessionId: this.#lost.has(key) ? null : (stored?.agentSessionId ?? null),
      serverPort: null,
    };
    this.#host.residencyChanged(handle, 'starting', 'Is being started');
    try {
      await this.#opener.open(key, handle, opts);
      this.#lost.delete(key);
      this.#host.residencyChanged(handle, 'ready', 'Kept warm');
      return handle;
    } catch (cause) {
      this.#host.residencyChanged(handle, 'cold', toErrorInfo(cause).message);
      throw cause;
    }
  }

  #isCurrent({ chatId, agent, agentSessionId }: AgentSessionHandle): boolean {
    const stored = this.#host.findAgentSession(chatId, agent);
    return agentSessionId !== null && stored?.agentSessionId === agentSessionId;
  }

  async #written(): Promise<void> {
    await this.#host.written?.();
  }

  /** The chat lets go of its session; the process ends when it was the last. */
  async #release(chat: WarmChat, why: string): Promise<void> {
    if (this.#chats.get(chat.key) === chat) this.#chats.delete(chat.key);
    await chat.session.detach();
    await chat.lease.release();
    this.#host.residencyChanged(chat.handle, 'cold', why);
  }

  #processEnded(process: AgentProcess, reason: PilotlightError): void {
    this.#left.forget(process);
    for (const chat of this.#chats.of(process)) {
      this.#chats.delete(chat.key);
      void chat.session.detach();
      this.#host.residencyChanged(chat.handle, 'cold', reason.message);
    }
  }

  #describe(process: AgentProcess): Promise<BackendProcess> {
    const chats = this.#chats.of(process);
    const isClosing = [...this.#closing.values()].some(({ chat }) => chat.session.process === process);
    const held = chats.map(({ handle, session }) => ({ chatId: handle.chatId, isBusy: session.isBusy }));
    return describeProcess(process, held, isClosing);
  }
}

/** What ended its turn, when its process had ended before this server came. */
function endedMeanwhile(name: string, result: TurnResult): TurnResult {
  const { error } = result;
  if (error?.code !== 'agent_failed' || error.details?.['exitCode'] === undefined) return result;
  const message = error.message.replace(`${name} ended`, `${name} ended while no server was there`);
  return { ok: false, error: toErrorInfo(interrupted('agent_gone', message, error.details)) };
}

function notSent(code: 'agent_unavailable' | 'conflict', what: string): TurnResult {
  const message = `${what} The prompt was not sent; send it again.`;
  return { ok: false, error: { code, message, details: { sent: false } } };
}
