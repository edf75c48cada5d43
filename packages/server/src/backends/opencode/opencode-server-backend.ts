// Drives opencode through its HTTP server: one server process for all sessions and directories, one event stream, one
// conversation of the server for each (chat, agent). It works on the user's own opencode configuration and login.
//
// Contract: nothing runs before the first `ensureSession`; a turn resolves exactly once and emits nothing afterwards;
// after `dispose` no process of it is left, commands that its agents started included.
import type {
  AgentBackend,
  AgentSessionChoice,
  AgentSessionHandle,
  BackendProcess,
  Continuity,
  EnsureSessionOpts,
  PromptCtx,
  PromptInput,
  TurnResult,
} from '@pilotlight/protocol';
import { PilotlightError, toErrorInfo } from '@pilotlight/protocol';
import type { ProcessPort } from '@pilotlight/keeper';
import type { AgentTable } from '../agent-spec.ts';
import type { BackendHost } from '../backend-host.ts';
import { agentError } from './agent-error.ts';
import { createConversation, findConversation, requireWorktree } from './conversations.ts';
import type { LaunchedServer } from './launch.ts';
import { OpenCodeServer } from './server.ts';
import { OpenCodeSession } from './session.ts';

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
  stateFolder: string;
  /** ms that a server without conversations stays; 10 minutes when missing */
  idleMs?: number;
}

export class OpenCodeServerBackend implements AgentBackend {
  readonly kind = 'opencode_server';
  readonly #options: OpenCodeServerBackendOptions;
  readonly #server: OpenCodeServer;
  readonly #sessions = new Map<string, OpenCodeSession>();
  readonly #ensuring = new Map<string, Promise<AgentSessionHandle>>();
  #idle: NodeJS.Timeout | undefined;

  constructor(options: OpenCodeServerBackendOptions) {
    this.#options = options;
    const { agents, agentId, processes, stateFolder } = options;
    this.#server = new OpenCodeServer({
      agents,
      agentId,
      processes,
      stateFolder,
      onEnded: (why) => this.#onServerEnded(why),
    });
  }

  async ensureSession(sessionId: string, opts: EnsureSessionOpts): Promise<AgentSessionHandle> {
    const key = keyOf(opts.chatId, opts.agent);
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
    const { host } = this.#options;
    try {
      await requireWorktree(ctx.worktreePath);
      const session = await this.#sessionOf(handle, ctx);
      host.residencyChanged(session.handle, 'busy', 'A turn is running');
      try {
        const result = await session.prompt(input, ctx);
        // It may still work on what was given up: only a conversation that is found again is made idle first.
        if (result.error?.details?.['by'] === 'session_closed') this.#forget(session);
        return result;
      } finally {
        session.continuity = 'live';
        if (this.#sessions.get(keyOf(handle.chatId, handle.agent)) === session)
          host.residencyChanged(session.handle, 'ready', 'Its turn ended');
      }
    } catch (error) {
      return { ok: false, error: toErrorInfo(agentError(handle.agent, error)) };
    }
  }

  async closeSession(handle: AgentSessionHandle): Promise<void> {
    const key = keyOf(handle.chatId, handle.agent);
    const session = this.#sessions.get(key);
    if (session === undefined) return;
    this.#sessions.delete(key);
    const server = this.#server.current;
    if (server !== null) {
      if (session.busy)
        await server.connection.http
          .post(`/session/${session.id}/abort`, { directory: session.directory, timeoutMs: CLOSE_MS })
          .catch(() => {});
      if (!session.busy) server.connection.remove(session);
    }
    this.#options.host.residencyChanged(session.handle, 'cold', 'Closed');
    this.#watchIdle();
  }

  async dispose(): Promise<void> {
    clearTimeout(this.#idle);
    const open = [...this.#sessions.values()];
    const { http } = this.#server.current?.connection ?? {};
    await Promise.all(
      open
        .filter((session) => session.busy)
        .map((session) =>
          http
            ?.post(`/session/${session.id}/abort`, { directory: session.directory, timeoutMs: CLOSE_MS })
            .catch(() => {}),
        ),
    );
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
    this.#sessions.clear();
  }

  health(): 'up' | 'down' {
    return this.#server.health;
  }

  continuity(handle: AgentSessionHandle): Continuity {
    return this.#sessions.get(keyOf(handle.chatId, handle.agent))?.continuity ?? 'fresh';
  }

  async configure(handle: AgentSessionHandle, choice: AgentSessionChoice): Promise<void> {
    const session = this.#sessions.get(keyOf(handle.chatId, handle.agent));
    if (session === undefined)
      throw new PilotlightError('conflict', `The agent session of the chat ${handle.chatId} is not open.`);
    try {
      await session.choose(choice);
    } catch (error) {
      throw agentError(handle.agent, error);
    }
  }

  async inspect(): Promise<BackendProcess[]> {
    const server = this.#server.current;
    if (server === null) return [];
    const open = [...this.#sessions.values()];
    const busy = open.filter((session) => session.busy).length;
    return [
      {
        agent: this.#options.agentId,
        pid: server.child.pid,
        memoryBytes: await server.child.memoryBytes(),
        startedAt: server.child.startedAt,
        state: busy > 0 ? 'busy' : 'ready',
        why: `Serves ${open.length} agent sessions, ${busy} of them in a turn (version ${server.version})`,
        chatIds: open.map((session) => session.handle.chatId),
      },
    ];
  }

  async #ensure(sessionId: string, opts: EnsureSessionOpts): Promise<AgentSessionHandle> {
    const directory = await requireWorktree(opts.worktreePath);
    clearTimeout(this.#idle);
    const server = await this.#freshServer();
    const known = this.#sessions.get(keyOf(opts.chatId, opts.agent));
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
    return (await this.#open(server, handle, directory, opts.model)).handle;
  }

  async #freshServer(): Promise<LaunchedServer> {
    const server = await this.#server.ensure();
    const busy = [...this.#sessions.values()].some((session) => session.busy);
    if (busy || server.connection.stream.opened <= MOST_STREAMS) return server;
    await this.#release('Its event stream broke too often');
    return await this.#server.ensure();
  }

  /** Ends the server; conversations are found again by the next need. */
  async #release(why: string): Promise<void> {
    for (const session of this.#sessions.values())
      this.#options.host.residencyChanged(session.handle, 'cold', why);
    this.#sessions.clear();
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
    const key = keyOf(handle.chatId, handle.agent);
    await this.#ensuring.get(key)?.catch(() => {});
    const server = await this.#server.ensure();
    const known = this.#sessions.get(key);
    if (known?.isOn(server.connection.http) === true) return known;
    return await this.#open(
      server,
      { ...handle, serverPort: server.port },
      await requireWorktree(ctx.worktreePath),
      ctx.model,
    );
  }

  async #open(
    server: LaunchedServer,
    handle: AgentSessionHandle,
    directory: string,
    model: string | null,
  ): Promise<OpenCodeSession> {
    const { host, agents, agentId } = this.#options;
    const { connection } = server;
    host.residencyChanged(handle, 'starting', 'Opening its conversation');
    const found = await findConversation(connection.http, handle.agentSessionId, directory);
    const info = found ?? (await createConversation(connection.http, directory));
    const current = { ...handle, agentSessionId: info.id };
    const spec = agents.get(agentId);
    const session: OpenCodeSession = new OpenCodeSession({
      http: connection.http,
      handle: current,
      info,
      directory,
      continuity: found === null ? 'fresh' : 'resumed',
      model,
      agent: { name: spec.name, login: spec.login },
      cancelMs: spec.deadlines.cancel,
      catalog: (refresh) => connection.catalog(directory, refresh),
      outOfTurn: (event) => host.outOfTurn(current, event),
      onChild: (child) => connection.own(child, session),
    });
    if (handle.agentSessionId !== info.id) host.agentSessionAssigned(current);
    await session.announce();
    connection.add(session);
    this.#sessions.set(keyOf(handle.chatId, handle.agent), session);
    host.residencyChanged(current, 'ready', found === null ? 'New conversation' : 'Conversation found again');
    return session;
  }

  #forget(session: OpenCodeSession): void {
    const { chatId, agent } = session.handle;
    this.#sessions.delete(keyOf(chatId, agent));
    this.#options.host.residencyChanged(session.handle, 'cold', 'It did not confirm that it stopped');
  }

  #onServerEnded(why: string): void {
    const open = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of open)
      this.#options.host.residencyChanged(session.handle, 'cold', `Agent ended: ${why}`);
  }
}

function keyOf(chatId: string, agent: string): string {
  return `${chatId} ${agent}`;
}
