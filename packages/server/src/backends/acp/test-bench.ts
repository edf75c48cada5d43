/** What the tests of this folder share: a backend over real processes, with a table of agents and a host in memory. */
import type {
  AgentEvent,
  AgentSessionHandle,
  EnsureSessionOpts,
  PermissionOutcome,
  PermissionRequest,
  PromptCtx,
  TurnResult,
} from '@pilotlight/protocol';
import { PilotlightError } from '@pilotlight/protocol';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ChildProcessPort,
  type KillDeadlines,
  Ledger,
  LocalProcesses,
  type ProcessPort,
  type SpawnRequest,
  readAllStats,
  launchHere,
} from '@pilotlight/keeper';
import { AgentSpec, type AgentTable, type ResolvedAgent } from '../agent-spec.ts';
import type { BackendHost, StoredAgentSession } from '../backend-host.ts';
import { WarmAcpBackend, type WarmAcpBackendOptions } from './warm-acp-backend.ts';

const demoMain = fileURLToPath(new URL('../../../../demo-agent/src/main.ts', import.meta.url));
export const quickKill: KillDeadlines = { stdinMs: 300, termMs: 300, killMs: 5000 };

type SpecInput = Parameters<typeof AgentSpec.parse>[0] extends unknown ? Record<string, unknown> : never;

/** The demo agent as an entry of the table. */
export function demoSpec(more: SpecInput = {}): SpecInput {
  return { id: 'demo', name: 'Demo', command: process.execPath, args: [demoMain], askMode: 'ask', ...more };
}

/** One turn as it is seen from outside. */
export class TurnLog {
  readonly events: AgentEvent[] = [];
  readonly abort = new AbortController();
  result!: Promise<TurnResult>;
  #watchers: { test: () => boolean; resolve: () => void }[] = [];

  push(event: AgentEvent): void {
    this.events.push(event);
    this.#watchers = this.#watchers.filter(({ test, resolve }) => {
      if (!test()) return true;
      resolve();
      return false;
    });
  }

  get text(): string {
    return this.events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  }

  /** Resolves when the turn has said so much. */
  async said(part: string): Promise<void> {
    const test = (): boolean => this.text.includes(part);
    if (test()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#watchers.push({ test, resolve });
    await Promise.race([
      promise,
      this.result.then((result) => {
        if (!test())
          throw new Error(`the turn ended without saying ${part}: ${JSON.stringify(result)}; ${this.text}`);
      }),
    ]);
  }
}

export interface AskOptions {
  onPermission?: (request: PermissionRequest) => Promise<PermissionOutcome>;
  onQuestion?: PromptCtx['onQuestion'];
  onEvent?: (event: AgentEvent) => void;
}

type BackendExtras = Pick<WarmAcpBackendOptions, 'mcp' | 'spares' | 'limits' | 'mostKept' | 'mcp'> &
  Pick<BackendHost, 'written'>;

function isExtras(input: SpecInput | BackendExtras): input is BackendExtras {
  return !('command' in input);
}

export class Bench implements AsyncDisposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-acp-')));
  readonly ledger = new Ledger(join(this.folder, 'ledger'));
  readonly children: ChildProcessPort[] = [];
  readonly outOfTurn: { chatId: string; event: AgentEvent }[] = [];
  readonly residency: { chatId: string; state: string; why: string }[] = [];
  readonly stored = new Map<string, StoredAgentSession>();
  readonly processes: ProcessPort;
  readonly backend: WarmAcpBackend;
  readonly #local = new LocalProcesses(this.ledger, quickKill);
  readonly #specs = new Map<string, AgentSpec>();
  #extras: BackendExtras = {};
  #watchers: { test: () => boolean; resolve: () => void }[] = [];

  /** Entries of the table; the first may be further options of the backend instead. */
  constructor(...specs: (SpecInput | BackendExtras)[]) {
    const [first] = specs;
    if (first !== undefined && isExtras(first)) this.#extras = first;
    for (const spec of specs) if (!isExtras(spec)) this.addAgent(spec);
    this.processes = {
      outlivesServer: false,
      keeper: null,
      spawn: async (request: SpawnRequest) => {
        const child = await this.#local.spawn(request);
        this.children.push(child);
        return child;
      },
      launch: launchHere,
      left: () => this.#local.left(),
      dispose: () => this.#local.dispose(),
    };
    this.backend = this.newBackend();
  }

  newBackend(): WarmAcpBackend {
    const { written, ...extras } = this.#extras;
    return new WarmAcpBackend({
      agents: this.table,
      processes: this.processes,
      host: written === undefined ? this.#host : { ...this.#host, written },
      stateFolder: join(this.folder, 'state'),
      kill: quickKill,
      ...extras,
    });
  }

  addAgent(spec: SpecInput): void {
    const parsed = AgentSpec.parse({
      deadlines: { initialize: 10_000, newSession: 10_000, cancel: 500, close: 500 },
      ...spec,
    });
    this.#specs.set(parsed.id, parsed);
  }

  readonly table: AgentTable = {
    list: () => [...this.#specs.values()],
    get: (id) => {
      const spec = this.#specs.get(id);
      if (!spec) throw new PilotlightError('agent_unknown', `There is no agent ${id}.`);
      return spec;
    },
    resolve: async (id): Promise<ResolvedAgent> => {
      const spec = this.table.get(id);
      const state = join(this.folder, 'demo-state');
      const base = { PATH: process.env['PATH'] ?? '', HOME: this.folder };
      const processEnv = { ...base, PILOTLIGHT_DEMO_STATE: state, PILOTLIGHT_DEMO_PACE_MS: '0', ...spec.env };
      return { ...spec, processEnv };
    },
  };

  readonly #host: BackendHost = {
    findAgentSession: (chatId, agent) => this.stored.get(`${chatId}/${agent}`) ?? null,
    agentSessionAssigned: ({ chatId, agent, agentSessionId, serverPort }) => {
      this.stored.set(`${chatId}/${agent}`, { agentSessionId, serverPort });
    },
    outOfTurn: ({ chatId }, event) => this.#note(() => this.outOfTurn.push({ chatId, event })),
    residencyChanged: ({ chatId }, state, why) =>
      this.#note(() => this.residency.push({ chatId, state, why })),
  };

  /** The worktree of a session, made when missing. */
  worktree(sessionId = 's1'): string {
    const path = join(this.folder, 'worktrees', sessionId);
    mkdirSync(path, { recursive: true });
    return path;
  }

  ensure(
    chatId: string,
    agent = 'demo',
    more: Partial<EnsureSessionOpts> & { sessionId?: string } = {},
  ): Promise<AgentSessionHandle> {
    const { sessionId = 's1', ...rest } = more;
    const worktreePath = this.worktree(sessionId);
    const opts = { agent, model: null, chatId, worktreePath, worktreeId: 'w1', projectId: 'p1', ...rest };
    return this.backend.ensureSession(sessionId, opts);
  }

  prompt(handle: AgentSessionHandle, text: string, options: AskOptions = {}): TurnLog {
    const log = new TurnLog();
    log.result = this.backend.prompt(
      handle,
      { content: [{ type: 'text', text }] },
      this.ctx(log, handle.sessionId, options),
    );
    return log;
  }

  ctx(log: TurnLog, sessionId = 's1', options: AskOptions = {}): PromptCtx {
    return {
      worktreePath: this.worktree(sessionId),
      model: null,
      signal: log.abort.signal,
      onEvent: (event) => {
        options.onEvent?.(event);
        log.push(event);
      },
      ...(options.onPermission ? { onPermission: options.onPermission } : {}),
      ...(options.onQuestion ? { onQuestion: options.onQuestion } : {}),
    };
  }

  /** ensure, prompt and the end of the turn in one. */
  async turn(
    chatId: string,
    text: string,
    agent = 'demo',
    options: AskOptions = {},
  ): Promise<{ log: TurnLog; result: TurnResult }> {
    const log = this.prompt(await this.ensure(chatId, agent), text, options);
    return { log, result: await log.result };
  }

  /** Resolves when the host was told what the test looks for. */
  async told(test: () => boolean): Promise<void> {
    if (test()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#watchers.push({ test, resolve });
    await promise;
  }

  /** Processes of ours that still live, by leader, group and session. */
  survivors(): number[] {
    const groups = new Set(this.children.map((child) => child.pid));
    return readAllStats()
      .filter((stat) => stat.state !== 'Z' && (groups.has(stat.group) || groups.has(stat.session)))
      .map((stat) => stat.pid);
  }

  /** Ends everything and throws when a process or a ledger entry is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.backend.dispose();
    await this.#local.dispose();
    const left = this.survivors();
    const entries = this.ledger.entries();
    rmSync(this.folder, { recursive: true, force: true });
    if (left.length > 0 || entries.length > 0) {
      throw new Error(`left behind: processes ${left.join(', ')}; ledger ${JSON.stringify(entries)}`);
    }
  }

  #note(push: () => void): void {
    push();
    this.#watchers = this.#watchers.filter(({ test, resolve }) => {
      if (!test()) return true;
      resolve();
      return false;
    });
  }
}
