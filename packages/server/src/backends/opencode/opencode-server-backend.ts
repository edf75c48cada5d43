// Drives opencode through its HTTP server: one server process for all sessions and directories, one event stream, one
// conversation of the server for each (chat, agent). It works on the user's own opencode configuration and login.
//
// Contract: nothing runs before the first `ensureSession`; a turn resolves exactly once and emits nothing afterwards;
// after `dispose` no process of it is left, commands that its agents started included. Where processes outlive this
// server, `leave` leaves it running with its turns, and the next life of ours goes on with both: `adopt` for
// the server, then `reattach` for each turn.
import type {
  AgentBackend,
  AgentSessionChoice,
  AgentSessionHandle,
  BackendProcess,
  Continuity,
  EnsureSessionOpts,
  IdleProcesses,
  PastMessage,
  PastPlace,
  PastSession,
  PromptCtx,
  PromptInput,
  ReattachCtx,
  TurnResult,
} from '@pilotlight/protocol';
import { PilotlightError, toErrorInfo } from '@pilotlight/protocol';
import type { LeftProcess, ProcessPort } from '@pilotlight/keeper';
import type { AgentTable } from '../agent-spec.ts';
import type { BackendHost } from '../backend-host.ts';
import { interrupted } from '../interrupted.ts';
import { leftOutNotice, type McpSource } from '../mcp-source.ts';
import { OpeningNotices } from '../opening-notices.ts';
import { agentError } from './agent-error.ts';
import { requireWorktree } from './conversations.ts';
import { findTurn } from './find-turn.ts';
import type { OpenCodeHttp } from './http.ts';
import type { LaunchedServer } from './launch.ts';
import { openSession, sessionOf, type OpenOptions } from './open-session.ts';
import { keyOf, OpenSessions } from './open-sessions.ts';
import { listPastSessions, readPastSession } from './past-sessions.ts';
import { OpenCodeServer } from './server.ts';
import type { OpenCodeSession } from './session.ts';

const CLOSE_MS = 10_000;
/** The server never forgets a broken event stream: after so many it is started anew as soon as no turn runs. */
const MOST_STREAMS = 100;
/** How long a server without conversations stays. */
const IDLE_MS = 10 * 60_000;

export interface OpenCodeServerBackendOptions {
  agents: AgentTable;
  /** the entry of the table that this backend drives */
  agentId: string;
  processes: ProcessPort;
  host: BackendHost;
  /** none without it */
  mcp?: McpSource;
  stateFolder: string;
  /** ms that a server without conversations stays; 10 minutes when missing */
  idleMs?: number;
}

export class OpenCodeServerBackend implements AgentBackend {
  readonly kind = 'opencode_server';
  readonly recapApart = true;
  readonly #options: OpenCodeServerBackendOptions;
  readonly #server: OpenCodeServer;
  readonly #sessions: OpenSessions;
  readonly #ensuring = new Map<string, Promise<AgentSessionHandle>>();
  readonly #notices = new OpeningNotices();
  #idle: NodeJS.Timeout | undefined;
  #left = false;
  /** it was started before somebody logged in */
  #isStale = false;

  constructor(options: OpenCodeServerBackendOptions) {
    this.#options = options;
    const { agents, agentId, processes, stateFolder } = options;
    this.#sessions = new OpenSessions(options.host);
    this.#server = new OpenCodeServer({
      agents,
      agentId,
      processes,
      stateFolder,
      onEnded: (why) => void this.#sessions.removeAll(`Agent ended: ${why}`),
    });
  }

  /**
   * Goes on with the server that an earlier life of ours left, if it is among `left` (what the process port has) and can
   * be used: nothing in it is stopped. Otherwise what is left of it is ended. Once, before anything else is asked of the
   * backend. Answers the processes that are not its own.
   */
  async adopt(left: readonly LeftProcess[]): Promise<LeftProcess[]> {
    const unclaimed = await this.#server.adopt(left);
    this.#watchIdle();
    return unclaimed;
  }

  async ensureSession(sessionId: string, opts: EnsureSessionOpts): Promise<AgentSessionHandle> {
    const key = keyOf(opts);
    const running = this.#ensuring.get(key);
    if (running !== undefined) return await running;
    const ensured = this.#ensure(sessionId, opts)
      .catch((error: unknown) => {
        throw agentError(opts.agent, error);
      })
      .finally(() => this.#ensuring.delete(key));
    this.#ensuring.set(key, ensured);
    return await ensured;
  }

  async prompt(handle: AgentSessionHandle, input: PromptInput, ctx: PromptCtx): Promise<TurnResult> {
    try {
      await requireWorktree(ctx.worktreePath);
      const session = await this.#sessionOf(handle, ctx);
      return await this.#during(session, session.prompt(input, ctx));
    } catch (error) {
      if (this.#left) return await new Promise(() => {});
      return { ok: false, error: toErrorInfo(agentError(handle.agent, error)) };
    }
  }

  /**
   * Needs no `ensureSession` before, and `adopt` must have been called. The prompt must have been sent with `ctx.turnId`.
   * Permissions and questions that are still open are asked again, with the same tool call id. A text that is being
   * written shows nothing before it ends, since the server keeps none of it until then: `onCaughtUp` waits for that.
   */
  async reattach(handle: AgentSessionHandle, ctx: ReattachCtx): Promise<TurnResult> {
    clearTimeout(this.#idle);
    try {
      const server = await this.#server.adopted();
      if (server instanceof PilotlightError) throw server;
      const { session: info, directory, promptId } = await findTurn(server, handle, ctx);
      const options = this.#openOptions(server, handle, directory, ctx.model);
      const session = await sessionOf(options, info, 'reattached');
      this.#sessions.admit(server, session);
      return await this.#during(session, session.reattach(promptId, ctx));
    } catch (error) {
      if (this.#left) return await new Promise(() => {});
      this.#watchIdle();
      const { code, message, details } = toErrorInfo(agentError(handle.agent, error));
      if (code === 'interrupted') throw error;
      throw interrupted('not_taken_up', message, details);
    }
  }

  async #during(session: OpenCodeSession, running: Promise<TurnResult>): Promise<TurnResult> {
    this.#sessions.turn(session, 'busy');
    try {
      const result = await running;
      // It may still work on what was given up: only a conversation that is found again is made idle first.
      if (result.error?.details?.['by'] === 'session_closed')
        this.#sessions.remove(session, 'It did not confirm that it stopped');
      return result;
    } finally {
      session.continuity = 'live';
      this.#sessions.turn(session, 'ready');
    }
  }

  async closeSession(handle: AgentSessionHandle): Promise<void> {
    const ensuring = this.#ensuring.get(keyOf(handle));
    if (ensuring !== undefined) await ensuring.catch(() => {});
    const session = this.#sessions.get(handle);
    if (session === undefined) return;
    this.#sessions.remove(session, 'Closed');
    const server = this.#server.current;
    if (server !== null) {
      if (session.busy) await this.#abort(session);
      if (!session.busy) server.connection.remove(session);
    }
    this.#watchIdle();
  }

  /** Where no turn runs and nothing idle is to be kept, the server ends. */
  async leave(idle: IdleProcesses): Promise<void> {
    if (idle === 'end' && this.#sessions.busy.length === 0) return await this.dispose();
    this.#left = true;
    clearTimeout(this.#idle);
    await Promise.all(this.#sessions.takeAll().map((session) => session.letGo()));
    await this.#server.leave();
  }

  async dispose(): Promise<void> {
    clearTimeout(this.#idle);
    await Promise.all(this.#sessions.busy.map((session) => this.#abort(session)));
    const open = this.#sessions.takeAll();
    await this.#server.stop();
    const error = {
      code: 'cancelled',
      message: 'Its process was ended, since the server stops.',
      details: { by: 'process_ended' },
    } as const;
    for (const session of open) {
      session.serverEnded(error);
      this.#options.host.residencyChanged(session.handle, 'cold', 'The server stopped');
    }
  }

  health(): 'up' | 'down' {
    return this.#server.health;
  }

  continuity(handle: AgentSessionHandle): Continuity {
    return this.#sessions.get(handle)?.continuity ?? 'fresh';
  }

  openingNotice(handle: AgentSessionHandle): string | null {
    return this.#notices.take(keyOf(handle));
  }

  async configure(handle: AgentSessionHandle, choice: AgentSessionChoice): Promise<void> {
    const session = this.#sessions.get(handle);
    if (session === undefined)
      throw new PilotlightError('conflict', `The agent session of the chat ${handle.chatId} is not open.`);
    try {
      await session.choose(choice);
    } catch (error) {
      throw agentError(handle.agent, error);
    }
  }

  /** With the next prompt that comes while no turn runs. */
  async renew(): Promise<void> {
    this.#isStale = this.#server.current !== null;
  }

  async listSessions({ agent, cwd }: PastPlace): Promise<PastSession[]> {
    return this.#asked(agent, cwd, (http, directory) => listPastSessions(http, directory));
  }

  async readSession({ agent, cwd }: PastPlace, agentSessionId: string): Promise<PastMessage[]> {
    const found = await this.#asked(agent, cwd, (http, directory) =>
      readPastSession(http, directory, agentSessionId),
    );
    if (found !== null) return found;
    throw new PilotlightError('not_found', `${agent} has no conversation ${agentSessionId} in ${cwd}.`);
  }

  async #asked<T>(
    agent: string,
    cwd: string,
    ask: (http: OpenCodeHttp, directory: string) => Promise<T>,
  ): Promise<T> {
    clearTimeout(this.#idle);
    try {
      const directory = await requireWorktree(cwd);
      return await ask((await this.#server.ensure()).connection.http, directory);
    } catch (error) {
      throw agentError(agent, error);
    } finally {
      this.#watchIdle();
    }
  }

  async inspect(): Promise<BackendProcess[]> {
    const server = this.#server.current;
    return server === null ? [] : [await this.#sessions.describe(server, this.#options.agentId)];
  }

  async #abort({ id, directory }: OpenCodeSession): Promise<void> {
    const { http } = this.#server.current?.connection ?? {};
    await http?.post(`/session/${id}/abort`, { directory, timeoutMs: CLOSE_MS }).catch(() => {});
  }

  async #ensure(sessionId: string, opts: EnsureSessionOpts): Promise<AgentSessionHandle> {
    const directory = await requireWorktree(opts.worktreePath);
    clearTimeout(this.#idle);
    const server = await this.#freshServer();
    const known = this.#sessions.get(opts);
    if (known?.isOn(server.connection.http) === true && known.directory === directory) {
      known.continuity = 'live';
      return known.handle;
    }
    const stored = this.#options.host.findAgentSession(opts.chatId, opts.agent)?.agentSessionId ?? null;
    const handle: AgentSessionHandle = {
      sessionId,
      agent: opts.agent,
      backend: this.kind,
      chatId: opts.chatId,
      worktreeId: opts.worktreeId,
      agentSessionId: stored,
      serverPort: server.port,
    };
    await this.#tellMcp(server, directory, opts);
    return (await this.#open(server, handle, directory, opts.model)).handle;
  }

  /** Before the conversation is opened, so that it has their tools and commands from the first prompt on. */
  async #tellMcp(server: LaunchedServer, directory: string, opts: EnsureSessionOpts): Promise<void> {
    const { mcp } = this.#options;
    if (mcp === undefined) return;
    const { leftOut, changed } = await server.connection.mcp.tell(directory, mcp(opts.projectId));
    this.#notices.put(keyOf(opts), leftOutNotice(leftOut));
    if (changed) await server.connection.catalog(directory, true);
  }

  async #freshServer(): Promise<LaunchedServer> {
    const server = await this.#server.ensure();
    const isStale = this.#isStale;
    if (this.#sessions.busy.length > 0) return server;
    if (!isStale && server.connection.stream.opened <= MOST_STREAMS) return server;
    await this.#release(isStale ? 'Somebody has logged in' : 'Its event stream broke too often');
    return await this.#server.ensure();
  }

  /** Ends the server; conversations are found again by the next need. */
  async #release(why: string): Promise<void> {
    this.#isStale = false;
    this.#sessions.removeAll(why);
    await this.#server.recycle();
  }

  #watchIdle(): void {
    clearTimeout(this.#idle);
    if (this.#sessions.size > 0 || this.#server.current === null) return;
    const idle = (): void => {
      if (this.#sessions.size === 0 && this.#ensuring.size === 0) void this.#release('Nobody uses it');
    };
    this.#idle = setTimeout(idle, this.#options.idleMs ?? IDLE_MS).unref();
  }

  /** The conversation of a handle; found again when the server was started anew since. */
  async #sessionOf(handle: AgentSessionHandle, ctx: PromptCtx): Promise<OpenCodeSession> {
    await this.#ensuring.get(keyOf(handle))?.catch(() => {});
    const server = await this.#server.ensure();
    const known = this.#sessions.get(handle);
    if (known?.isOn(server.connection.http) === true) return known;
    return await this.#open(server, handle, await requireWorktree(ctx.worktreePath), ctx.model);
  }

  async #open(
    server: LaunchedServer,
    handle: AgentSessionHandle,
    directory: string,
    model: string | null,
  ): Promise<OpenCodeSession> {
    const session = await openSession(this.#openOptions(server, handle, directory, model));
    this.#sessions.admit(server, session);
    return session;
  }

  #openOptions(
    server: LaunchedServer,
    handle: AgentSessionHandle,
    directory: string,
    model: string | null,
  ): OpenOptions {
    const { host, agents, agentId } = this.#options;
    return { server, host, spec: agents.get(agentId), handle, directory, model };
  }
}
