// For tests: the backend on the real opencode, isolated in a temporary home, against a scripted model server.
import type { AgentEvent, AgentSessionHandle, PromptCtx, TurnResult } from '@pilotlight/protocol';
import { ensureRealAgents, prepareRealAgent, startModelServer, type ModelServer } from '@pilotlight/testkit';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ledger, LocalProcesses, type ProcessPort } from '@pilotlight/keeper';
import { AgentSpec, type AgentTable, type ResolvedAgent } from '../../src/backends/agent-spec.ts';
import type { BackendHost, StoredAgentSession } from '../../src/backends/backend-host.ts';
import { OpenCodeHttp, type ServerAddress } from '../../src/backends/opencode/http.ts';
import { OpenCodeServerBackend } from '../../src/backends/opencode/opencode-server-backend.ts';

/** What the product around the backend would see. */
export class RecordingHost implements BackendHost {
  readonly stored = new Map<string, StoredAgentSession>();
  readonly outside: AgentEvent[] = [];
  readonly residency: string[] = [];
  readonly #looks = new Set<() => void>();

  /** Resolves when the residency told so far satisfies the predicate. */
  until(predicate: (residency: readonly string[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!predicate(this.residency)) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  findAgentSession(chatId: string, agent: string): StoredAgentSession | null {
    return this.stored.get(`${chatId} ${agent}`) ?? null;
  }

  agentSessionAssigned({ chatId, agent, agentSessionId, serverPort }: AgentSessionHandle): void {
    this.stored.set(`${chatId} ${agent}`, { agentSessionId, serverPort });
  }

  outOfTurn(_handle: AgentSessionHandle, event: AgentEvent): void {
    this.outside.push(event);
  }

  residencyChanged(_handle: AgentSessionHandle, state: string, why: string): void {
    this.residency.push(`${state}: ${why}`);
    for (const look of this.#looks) look();
  }
}

/** The events of one turn and how to wait for one. */
export class TurnLog {
  readonly events: AgentEvent[] = [];
  readonly #waiting = new Set<() => void>();

  add(event: AgentEvent): void {
    this.events.push(event);
    for (const look of this.#waiting) look();
  }

  /** Resolves with the first event that satisfies the predicate. */
  waitFor(predicate: (event: AgentEvent) => boolean): Promise<AgentEvent> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.events.find(predicate);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  get text(): string {
    return this.events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  }

  get reasoning(): string {
    return this.events.map((event) => (event.type === 'reasoning' ? event.text : '')).join('');
  }

  /** Of every tool, its last snapshot. */
  get tools() {
    const calls = this.events.flatMap((event) => ('toolCall' in event ? [event.toolCall] : []));
    return [...new Map(calls.map((call) => [call.id, call])).values()];
  }
}

export interface RealHarness extends AsyncDisposable {
  backend: OpenCodeServerBackend;
  host: RecordingHost;
  model: ModelServer;
  stateFolder: string;
  /** The environment, for a second backend. */
  agents: AgentTable;
  processes: ProcessPort;
  worktree(name: string): string;
  /** GET from the running server, as another client of it would. */
  ask(path: string, directory: string): Promise<unknown>;
  fileAppears(path: string): Promise<void>;
  ensure(chatId: string, worktreePath: string, model?: string | null): Promise<AgentSessionHandle>;
  prompt(
    handle: AgentSessionHandle,
    worktreePath: string,
    text: string,
    ctx?: Partial<PromptCtx>,
  ): RunningPrompt;
}

export interface RunningPrompt {
  log: TurnLog;
  result: Promise<TurnResult>;
  /** cancels it */
  cancel(): void;
}

export interface TakenUp {
  /** what was told before it had caught up, and after */
  again: TurnLog;
  after: TurnLog;
  caughtUp: Promise<void>;
  result: Promise<TurnResult>;
  cancel(): void;
}

/** Takes up a turn that an earlier backend began. */
export function takeUp(
  backend: OpenCodeServerBackend,
  handle: AgentSessionHandle,
  worktreePath: string,
  turnId: string,
  ctx: Partial<PromptCtx> = {},
): TakenUp {
  const [again, after] = [new TurnLog(), new TurnLog()];
  const caughtUp = Promise.withResolvers<void>();
  const stop = new AbortController();
  let log = again;
  const result = backend.reattach(handle, {
    worktreePath,
    turnId,
    model: null,
    signal: stop.signal,
    onEvent: (event) => log.add(event),
    onCaughtUp: () => {
      log = after;
      caughtUp.resolve();
    },
    ...ctx,
  });
  return { again, after, caughtUp: caughtUp.promise, result, cancel: () => stop.abort() };
}

export function fixedTable(agent: ResolvedAgent): AgentTable {
  return { list: () => [agent], get: () => agent, resolve: () => Promise.resolve(agent) };
}

/** `through`: puts something between the backend and the processes it starts. */
export async function startRealHarness(
  through: (processes: ProcessPort) => ProcessPort = (processes) => processes,
): Promise<RealHarness> {
  await ensureRealAgents();
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-opencode-')));
  const model = await startModelServer();
  const real = prepareRealAgent('opencode', { modelUrl: model.url, home });
  const spec = AgentSpec.parse({
    id: 'opencode',
    name: 'opencode',
    backend: 'opencode_server',
    command: real.command,
    args: ['serve'],
    login: 'Run opencode auth login.',
  });
  const agents = fixedTable({ ...spec, processEnv: { ...real.env } });
  const processes = through(new LocalProcesses(new Ledger(join(home, 'ledger'))));
  const host = new RecordingHost();
  const stateFolder = join(home, 'state');
  const backend = new OpenCodeServerBackend({ agents, agentId: 'opencode', processes, host, stateFolder });
  return {
    backend,
    host,
    model,
    stateFolder,
    agents,
    processes,
    ask: async (path, directory) => {
      const http = new OpenCodeHttp(
        JSON.parse(readFileSync(join(stateFolder, 'server.json'), 'utf8')) as ServerAddress,
      );
      return await http.get(path, { directory });
    },
    fileAppears,
    worktree: (name) => makeWorktree(join(home, 'work', name)),
    ensure: (chatId, worktreePath, chosen = null) =>
      backend.ensureSession('session', {
        agent: 'opencode',
        model: chosen,
        chatId,
        worktreePath,
        worktreeId: null,
        projectId: 'project',
      }),
    prompt: (handle, worktreePath, text, ctx = {}) => startPrompt(backend, handle, worktreePath, text, ctx),
    async [Symbol.asyncDispose]() {
      await backend.dispose();
      await processes.dispose();
      await model.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

export function startPrompt(
  backend: OpenCodeServerBackend,
  handle: AgentSessionHandle,
  worktreePath: string,
  text: string,
  ctx: Partial<PromptCtx> = {},
): RunningPrompt {
  const log = new TurnLog();
  const stop = new AbortController();
  const result = backend.prompt(
    handle,
    { content: [{ type: 'text', text }] },
    { worktreePath, model: null, signal: stop.signal, onEvent: (event) => log.add(event), ...ctx },
  );
  return { log, result, cancel: () => stop.abort() };
}

/** Resolves when there is content in the file. */
async function fileAppears(path: string): Promise<void> {
  const stop = new AbortController();
  const changes = watch(dirname(path), { signal: stop.signal });
  const hasContent = (): boolean => existsSync(path) && readFileSync(path, 'utf8') !== '';
  const changed = (async () => {
    for await (const _change of changes) if (hasContent()) return;
  })();
  if (!hasContent()) await changed;
  stop.abort();
  await changed.catch(() => {});
}

function makeWorktree(path: string): string {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'README.md'), '# hello\n');
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
      cwd: path,
      stdio: 'ignore',
    });
  };
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  return path;
}
