import {
  newId,
  type AgentBackend,
  type AgentBackendKind,
  type ContentBlock,
  type Turn,
} from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentTable } from '../src/backends/agent-spec.ts';
import { AgentSpec } from '../src/backends/agent-spec.ts';
import { AgentOffers } from '../src/dispatch/agent-offers.ts';
import { AgentSessionDesk } from '../src/dispatch/agent-session-desk.ts';
import { Announcer } from '../src/dispatch/announcer.ts';
import { Budgets } from '../src/dispatch/budgets.ts';
import { Catalog } from '../src/dispatch/catalog.ts';
import { ChatFacts } from '../src/dispatch/chat-facts.ts';
import { ChatReleases } from '../src/dispatch/chat-releases.ts';
import { CircuitBoard } from '../src/dispatch/circuit-board.ts';
import { Continuations } from '../src/dispatch/continuations.ts';
import { composeCheckpoints } from '../src/compose-checkpoints.ts';
import { WorktreeLocks } from '../src/dispatch/worktree-locks.ts';
import { Dispatcher } from '../src/dispatch/dispatcher.ts';
import { EarlyOpenings } from '../src/dispatch/early-openings.ts';
import { Holds } from '../src/dispatch/holds.ts';
import { LateSpeech } from '../src/dispatch/late-speech.ts';
import { PermissionDesk } from '../src/dispatch/permission-desk.ts';
import { PolicyBook } from '../src/dispatch/policies/policy-book.ts';
import { Places } from '../src/dispatch/place.ts';
import { SharedFiles } from '../src/dispatch/review/shared-files.ts';
import { Queue } from '../src/dispatch/queue.ts';
import { interruptAll } from '../src/dispatch/recovery.ts';
import { TurnRunner, type ColdDispatch } from '../src/dispatch/turn-runner.ts';
import { UserSettings } from '../src/dispatch/user-settings.ts';
import { WarmSessions } from '../src/dispatch/warm-sessions.ts';
import { createJournal } from '../src/journal/create-journal.ts';
import { openStore } from '../src/store/open-store.ts';
import { PilotlightError } from '@pilotlight/protocol';
import { composeTasks, type TaskDesk } from '../src/compose-tasks.ts';
import { ManualClock } from './manual-clock.ts';
import { ScriptedBackend } from './scripted-backend.ts';

const AGENTS = ['alpha', 'beta'];

const table: AgentTable = {
  list: () => AGENTS.map((id) => AgentSpec.parse({ id, name: id, command: 'true' })),
  get: (id) => {
    if (!AGENTS.includes(id)) throw new PilotlightError('agent_unknown', `There is no agent "${id}".`);
    return AgentSpec.parse({ id, name: id, command: 'true' });
  },
  resolve: async (id) => ({ ...table.get(id), backend: 'acp_warm', processEnv: {} }),
};

export function makeRepository(path: string): void {
  mkdirSync(path, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: path, stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  writeFileSync(join(path, 'README.md'), 'hello\n');
  git('add', '.');
  git('commit', '-qm', 'first');
}

/** The dispatcher on a real store and journal, with a backend the test plays by hand. */
export function startDispatch(
  root = mkdtempSync(join(tmpdir(), 'pilotlight-dispatch-')),
  limits: { maxBytes?: number } = {},
  startAt = 1_000_000,
) {
  const errors: unknown[] = [];
  const clock = new ManualClock(startAt);
  const { now } = clock;
  const backend = new ScriptedBackend();
  const cold = {
    calls: [] as { turn: Turn; text: string }[],
    result: null as Awaited<ReturnType<ColdDispatch>> | null,
  };
  const store = openStore({ dataFolder: join(root, 'data'), ...limits });
  const journal = createJournal(store);
  const announcer = new Announcer(store, journal, now);
  const backends = new Map<AgentBackendKind, AgentBackend>([['acp_warm', backend]]);
  const sessions = new AgentSessionDesk(announcer);
  const facts = new ChatFacts(announcer, new AgentOffers(announcer));
  const policies = new PolicyBook(announcer);
  const permissions = new PermissionDesk(announcer, policies);
  const late = new LateSpeech(announcer, facts);
  sessions.onLateEvent(
    (handle, event) => late.record(handle, event),
    () => late.flush(),
  );
  const circuits = new CircuitBoard(now);
  const queue = new Queue(announcer, facts);
  const releases = new ChatReleases(store, journal, backends, sessions);
  const checkAgent = (agent: string) => void table.get(agent);
  const chooseAgent = async (wanted = 'alpha') => table.get(wanted).id;
  const locks = new WorktreeLocks();
  const checkpoints = composeCheckpoints({
    announcer,
    locks,
    catalog: () => catalog,
    shadows: join(root, 'data', 'checkpoints'),
    worktreesFolder: join(root, 'data', 'worktrees'),
    onError: (error) => errors.push(error),
  });
  const catalog: Catalog = new Catalog({
    removed: checkpoints.removed,
    reserve: () => Promise.resolve(null),
    announcer,
    chooseAgent,
    checkAgent,
    isBusy: (chatId) => dispatcher.isBusy(chatId),
    nameBranch: () => {},
    expectPrompt: (chat) => dispatcher.expect(chat),
    tearDown: async () => undefined,
    release: async (chatId) => {
      await dispatcher.expectNone(chatId);
      await releases.release(chatId);
    },
  });
  const userSettings = new UserSettings(store);
  const continuations = new Continuations(announcer, userSettings);
  const budgets = new Budgets(store, now);
  const holds: Holds = new Holds({
    announcer,
    budgets,
    settings: userSettings,
    kick: (chatId) => dispatcher.kick(chatId),
  });
  const desk: TaskDesk = composeTasks({
    announcer,
    catalog,
    queue,
    settings: userSettings,
    clock,
    chooseAgent,
    dispatcher: () => dispatcher,
    onError: (error) => errors.push(error),
  });
  const places = new Places(
    announcer,
    join(root, 'data', 'worktrees'),
    () => null,
    (path) => locks.settled(path),
  );
  const warm = new WarmSessions({ agents: table, backends, sessions, circuits });
  const early = new EarlyOpenings({
    announcer,
    places,
    settled: (path) => locks.settled(path),
    sessions,
    warm,
  });
  const runner = new TurnRunner({
    announcer,
    warm,
    early,
    cold: async (turn, input, ctx) => {
      const text = input.content
        .map((block: ContentBlock) => (block.type === 'text' ? block.text : ''))
        .join('\n');
      cold.calls.push({ turn, text });
      if (cold.result?.ok !== false) ctx.onEvent({ type: 'text', text: 'said cold' });
      return cold.result ?? { ok: true };
    },
    places,
    sessions,
    permissions,
    facts,
    circuits,
    continuations,
    holds,
    checkpoints: checkpoints.turns,
    startFailed: desk.hooks.startFailed,
    onUsage: desk.hooks.onUsage,
    sharedFiles: new SharedFiles(announcer),
    loss: 'no_keeper',
  });
  const onError = (error: unknown) => errors.push(error);
  const dispatcher: Dispatcher = new Dispatcher({
    announcer,
    catalog,
    queue,
    runner,
    early,
    late,
    checkpoints: checkpoints.turns,
    holds,
    mayBegin: desk.hooks.mayBegin,
    onEnded: desk.hooks.onEnded,
    checkAgent,
    onError,
  });
  return {
    root,
    announcer,
    locks,
    checkpoints,
    store,
    journal,
    backend,
    cold,
    circuits,
    catalog,
    queue,
    dispatcher,
    permissions,
    policies,
    sessions,
    clock,
    desk,
    tasks: desk.commands,
    errors,
    advance: (ms: number) => clock.advance(ms),
    userSettings,
    budgets,
    holds,
    recover: () => interruptAll(announcer, facts, { permissions, continuations }),
    /** a chat in a new plain folder, or in a repository */
    async chat(options: { git?: boolean; agent?: string; about?: string } = {}) {
      const path = join(root, `project-${newId('project').slice(-8)}`);
      if (options.git === true) makeRepository(path);
      else mkdirSync(path);
      const project = await catalog.createProject({ path });
      const agent = options.agent ?? 'alpha';
      const made = await catalog.createSession({
        projectId: project.id,
        title: 'work',
        inPlace: false,
        agent,
        ...(options.about === undefined ? {} : { about: options.about }),
      });
      return { ...made, project };
    },
    submit(chatId: string, text: string, more: { id?: string; agent?: string } = {}) {
      const content = [{ type: 'text' as const, text }];
      return dispatcher.submit(chatId, { id: newId('turn'), content, ...more }).turn;
    },
    /** The chat as a client sees it. */
    state: (chatId: string) => journal.chatState(chatId),
    /** Ends as a crash would: nothing is wound down, only the files stay. */
    crash() {
      journal.flush();
      store[Symbol.dispose]();
    },
    async [Symbol.asyncDispose]() {
      holds[Symbol.dispose]();
      await desk[Symbol.asyncDispose]();
      await backend.dispose();
      await dispatcher.stop();
      permissions[Symbol.dispose]();
      journal[Symbol.dispose]();
      store[Symbol.dispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** What a message says, with other parts by their kind. */
export const textOf = (message: { parts: { type: string }[] } | undefined): string =>
  (message?.parts ?? []).map((part) => ('text' in part ? String(part.text) : `<${part.type}>`)).join('');
