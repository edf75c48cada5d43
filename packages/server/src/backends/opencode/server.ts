// The one opencode server of this backend: started when first needed, shared by all conversations and directories,
// started again (within bounds) by the next need after it ended.
//
//   none ──ensure()──► starting ──► up ──(ends by itself)──► none         stop() from anywhere ──► stopped
//     │                    └─(fails)──► failed ──ensure()──► starting …   leave() from anywhere ──► stopped, and it goes on
//     └──adopt(), when an earlier life of ours left it running──► up
//
// Its health is `down` where the next `ensure` is not to be trusted: after a start that failed, while the pause after
// several short lives lasts, and once it is stopped. One life's end alone is not: the next need starts another.
import { PilotlightError, type ErrorInfo } from '@pilotlight/protocol';
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ChildProcessPort,
  type LeftProcess,
  type ProcessExit,
  type ProcessPort,
  readStat,
} from '@pilotlight/keeper';
import { AgentSpec, type AgentTable } from '../agent-spec.ts';
import { interrupted } from '../interrupted.ts';
import { adoptServer } from './adopt-server.ts';
import { exitWords, KILL, launchServer, type LaunchedServer } from './launch.ts';
import { endMarked, processMark } from './leftovers.ts';
import { RestartPolicy } from '../restart-policy.ts';
import { endEarlierServer, removeServerFile, writeServerFile } from './server-file.ts';

const DISPOSE_MS = 5000;

export interface OpenCodeServerOptions {
  agents: AgentTable;
  agentId: string;
  processes: ProcessPort;
  /** holds `server.json`, and is where the server runs */
  stateFolder: string;
  /** it ended by itself; its conversations are told afterwards */
  onEnded(why: string): void;
}

export class OpenCodeServer {
  readonly #options: OpenCodeServerOptions;
  readonly #policy = new RestartPolicy();
  #starting: Promise<LaunchedServer> | null = null;
  #current: LaunchedServer | null = null;
  /** the last start failed */
  #failed = false;
  #stopped = false;
  #earlierEnded = false;
  /** why there is no server to take turns up from */
  #notAdopted: PilotlightError;
  #adopting: Promise<unknown> = Promise.resolve();
  /** the process of the start under way */
  #child: ChildProcessPort | null = null;
  /** the mark of the processes of this life, once its process is there */
  #mark: string | null = null;
  /** what a life's end still has to clear away */
  #cleaning: Promise<void> = Promise.resolve();

  constructor(options: OpenCodeServerOptions) {
    this.#options = options;
    this.#notAdopted = interrupted(null, `No server of ${options.agentId} was left running.`);
  }

  get health(): 'up' | 'down' {
    const trusted = !this.#stopped && !this.#failed && this.#policy.next(Date.now()).kind === 'start';
    return this.#current !== null || trusted ? 'up' : 'down';
  }

  get current(): LaunchedServer | null {
    return this.#current;
  }

  /** The server in which turns of an earlier life of ours may run, or why there is none. */
  async adopted(): Promise<LaunchedServer | PilotlightError> {
    await this.#adopting;
    return this.#current !== null && this.#current.adoptedAt !== null ? this.#current : this.#notAdopted;
  }

  /**
   * Goes on with the server that an earlier life of ours left running; one that cannot be used is ended. Answers the
   * processes that are not its own. Before the first `ensure`; whatever is asked meanwhile waits for it.
   */
  async adopt(left: readonly LeftProcess[]): Promise<LeftProcess[]> {
    const adoption = adoptServer(this.#described(), this.#options.stateFolder, left);
    this.#adopting = adoption.catch(() => {});
    const { server, why, unclaimed } = await adoption;
    this.#earlierEnded = true;
    this.#notAdopted = why;
    if (server !== null) this.#up(server);
    return unclaimed;
  }

  /**
   * The running server; starts it when there is none. Concurrent calls share one start.
   * @throws PilotlightError `agent_unavailable` while it fails again and again, and what a start throws
   */
  async ensure(): Promise<LaunchedServer> {
    if (this.#stopped)
      throw new PilotlightError('server_stopping', 'opencode is not started: the server stops.');
    await this.#adopting;
    if (this.#current !== null) return this.#current;
    this.#starting ??= this.#start().finally(() => (this.#starting = null));
    return await this.#starting;
  }

  /** Ends it for good: its work is put down first, since its processes know no orderly end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#adopting;
    if (this.#starting !== null) {
      await this.#child?.end(KILL);
      await this.#starting.catch(() => {});
    }
    await this.recycle();
  }

  /** Lets go of it: it goes on, with the turns that run in it, and a later life of ours adopts it. */
  async leave(): Promise<void> {
    await this.#adopting;
    // No turn runs in one that is just starting.
    if (this.#starting !== null) return await this.stop();
    this.#stopped = true;
    this.#current?.connection.close();
    this.#current = null;
    await this.#cleaning;
  }

  /** Ends the present life; the next need starts another, behind it. No conversation may be in a turn. */
  async recycle(): Promise<void> {
    const server = this.#current;
    this.#current = null;
    if (server !== null) {
      this.#clearAway(async () => {
        await server.connection.http.post('/global/dispose', { timeoutMs: DISPOSE_MS }).catch(() => {});
        await server.child.end(KILL);
        server.connection.close();
      });
    }
    await this.#cleaning;
  }

  async #start(): Promise<LaunchedServer> {
    await this.#cleaning;
    await this.#waitForTurn();
    const { agents, agentId, processes, stateFolder } = this.#options;
    const agent = await agents.resolve(agentId);
    mkdirSync(stateFolder, { recursive: true });
    if (!this.#earlierEnded) await endEarlierServer(stateFolder);
    this.#earlierEnded = true;
    try {
      const onSpawned = (child: ChildProcessPort, port: number, password: string): void =>
        this.#remember(child, port, password);
      const server = await launchServer({ agent, processes, cwd: stateFolder, onSpawned });
      this.#up(server);
      return server;
    } catch (error) {
      this.#failed = true;
      this.#policy.ended(Date.now(), 0);
      this.#clearAway();
      throw error;
    }
  }

  /** The agent for messages, also while its entry in the table cannot be read. */
  #described(): AgentSpec {
    const { agents, agentId } = this.#options;
    try {
      return agents.get(agentId);
    } catch {
      return AgentSpec.parse({ id: agentId, name: agentId, command: agentId });
    }
  }

  #up(server: LaunchedServer): void {
    // In the moment it starts its program, a process shows nothing of itself.
    if (this.#mark === null) this.#remember(server.child, server.port, server.password);
    this.#current = server;
    this.#failed = false;
    void server.child.exited.then((exit) => this.#onExit(server, exit));
  }

  async #waitForTurn(): Promise<void> {
    const { kind, ms } = this.#policy.next(Date.now());
    if (kind === 'start') return await delay(ms);
    throw new PilotlightError(
      'agent_unavailable',
      `${this.#options.agentId} ended several times in a row right after its start. It is tried again in ${Math.ceil(ms / 1000)} s.`,
      { details: { retryInMs: ms } },
    );
  }

  #remember(child: ChildProcessPort, port: number, password: string): void {
    this.#child = child;
    this.#mark = processMark(child.pid);
    const startTime = readStat(child.pid)?.startTime ?? null;
    const { pid, startedAt } = child;
    writeServerFile(this.#options.stateFolder, {
      pid,
      startedAt,
      port,
      password,
      startTime,
      mark: this.#mark,
    });
  }

  #onExit(server: LaunchedServer, exit: ProcessExit): void {
    if (this.#current !== server) return;
    this.#current = null;
    this.#notAdopted = interrupted(
      'agent_gone',
      `The server of ${this.#options.agentId} ended (${exitWords(exit, server.child)}).`,
      { exitCode: exit.code, signal: exit.signal },
    );
    this.#policy.ended(Date.now(), Date.now() - server.child.startedAt);
    this.#clearAway();
    const why = exitWords(exit, server.child);
    const message = `The server of ${this.#options.agentId} ended in the middle of the turn (${why}). Send the prompt again.`;
    const error: ErrorInfo = { code: 'agent_failed', message, details: { ...exit } };
    this.#options.onEnded(why);
    server.connection.ended(error);
  }

  /** Ends what is left of the present life. The next one begins only when that is done. */
  #clearAway(end: () => Promise<void> = async () => {}): void {
    const mark = this.#mark;
    this.#mark = null;
    const clear = async (): Promise<void> => {
      // A process that even SIGKILL does not end is beyond us; the next life must not wait for it.
      await end().catch(() => {});
      removeServerFile(this.#options.stateFolder);
      if (mark !== null) await endMarked(mark);
    };
    this.#cleaning = clear();
  }
}
