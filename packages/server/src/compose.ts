import type { AgentBackend, IdleProcesses } from '@pilotlight/protocol';
import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import pino, { type Logger } from 'pino';
import { DEMO_AGENT } from './backends/built-in-agents.ts';
import { composeBackends } from './compose-backends.ts';
import { systemClock } from './clock.ts';
import { composeHealth } from './compose-health.ts';
import { composeCheckpoints } from './compose-checkpoints.ts';
import { composeTasks, type TaskDesk } from './compose-tasks.ts';
import { composeReview } from './compose-review.ts';
import { composeTurns, type Turns } from './compose-turns.ts';
import { openDataFolder, readOrMakeToken, type DataFolder } from './data-folder.ts';
import { composeWorktrees, prepareAhead } from './compose-worktrees.ts';
import { AgentCatalog } from './dispatch/agent-catalog.ts';
import { AgentLogins } from './dispatch/agent-logins.ts';
import { AgentImports } from './dispatch/agent-imports.ts';
import { AgentOffers } from './dispatch/agent-offers.ts';
import { AgentSessionDesk } from './dispatch/agent-session-desk.ts';
import { Announcer } from './dispatch/announcer.ts';
import { Budgets } from './dispatch/budgets.ts';
import { Catalog } from './dispatch/catalog.ts';
import { ChatFacts } from './dispatch/chat-facts.ts';
import { ChatReleases } from './dispatch/chat-releases.ts';
import { composeCommands } from './dispatch/compose-commands.ts';
import { composeResidency } from './dispatch/compose-residency.ts';
import { FolderBrowser } from './dispatch/folder-browser.ts';
import { Holds } from './dispatch/holds.ts';
import { noteKeeper } from './dispatch/interruption.ts';
import { PermissionDesk } from './dispatch/permission-desk.ts';
import { PolicyBook } from './dispatch/policies/policy-book.ts';
import { Queue } from './dispatch/queue.ts';
import { coolDown, unfinished } from './dispatch/recovery.ts';
import { UserSettings } from './dispatch/user-settings.ts';
import { WorktreeWriter } from './dispatch/review/worktree-writer.ts';
import { WorktreeLocks } from './dispatch/worktree-locks.ts';
import { WorktreeReader } from './dispatch/worktree-reader.ts';
import { SignInCodes, startHttp } from './http/index.ts';
import { createJournal } from './journal/create-journal.ts';
import { healPowerLoss } from './power-loss.ts';
import { Ledger, LocalProcesses, currentBootId, reapLeftovers, type ProcessPort } from '@pilotlight/keeper';
import { readMessages } from './reads.ts';
import type { Residency } from './residency/residency.ts';
import { readResidencySettings } from './residency/settings.ts';
import { stopServer, type RunningServer, type ServerOptions } from './running-server.ts';
import { searchChat } from './search/search-chat.ts';
import { lockDataFolder } from './store/lock.ts';
import { openStore } from './store/open-store.ts';
import { VERSION } from './version.ts';
import { startGitsBy } from './workspace/git-process.ts';

/**
 * The composition root: makes every part once, in order, and disposes them in reverse order, also when making one fails.
 * @throws PilotlightError `config_invalid`, `data_folder_in_use`, `store_*`, `port_in_use`
 */
export async function composeServer(options: ServerOptions): Promise<RunningServer> {
  await using building = new AsyncDisposableStack();
  const host = options.host ?? '127.0.0.1';
  const log = options.log ?? pino({ level: 'silent' });
  const clock = options.clock ?? systemClock;
  const { now } = clock;
  const startedAt = now();
  const serverId = randomUUID();
  const settings = readResidencySettings(options.env ?? process.env);

  const folder = openDataFolder(options.dataFolder);
  const lock = building.use(lockDataFolder(folder.root));
  const token = readOrMakeToken(folder);
  const store = building.use(openStore({ dataFolder: folder.root }));
  building.use(healPowerLoss(store, currentBootId(), now));
  const journal = building.use(
    createJournal(store, {
      onFailure: (error) => log.error({ err: error }, 'the store takes nothing'),
    }),
  );
  const announcer = new Announcer(store, journal, now);

  const processes = await (options.processes ?? ownProcesses)(folder, log);
  /**
   * What becomes of idle agents when running turns are left to the next server; null: nothing is left. A start that fails
   * leaves everything as it found it.
   */
  let leaving: IdleProcesses | null = processes.outlivesServer ? 'keep' : null;
  /** why running turns end with this server */
  let stopping: 'stopped' | 'no_keeper' = 'stopped';
  building.defer(() => processes.dispose(leaving === null ? 'end' : 'leave'));
  if (processes.outlivesServer)
    building.defer(startGitsBy((request, listener) => processes.launch(request, listener)));
  const userSettings = new UserSettings(store);
  const sessions = new AgentSessionDesk(announcer);
  const composed = composeBackends({
    store,
    folder,
    processes,
    sessions,
    settings,
    env: options.env ?? process.env,
    residency: () => residency,
    ahead: () => ahead,
    worktreeEnv: (sessionId) => scripts.portVariables(sessionId),
    log,
    now,
  });
  const { keys, agents, mcpServers, reserved, acp, opencode, backends } = composed;
  building.defer(() => reserved.dispose());
  // Runs after the backends have ended what did not end in time.
  building.defer(async () => {
    if (leaving === null) await dispatcher.drained();
  });
  building.defer(async () => {
    const end = (backend: AgentBackend) =>
      leaving !== null && backend.leave ? backend.leave(leaving) : backend.dispose();
    await Promise.all([...backends.values()].map(end));
  });

  const offers = new AgentOffers(announcer);
  const facts = new ChatFacts(announcer, offers);
  const policies = new PolicyBook(announcer);
  const permissions = building.use(new PermissionDesk(announcer, policies));
  const queue = new Queue(announcer, facts);
  const releases = new ChatReleases(store, journal, backends, sessions);
  const residency: Residency = building.use(
    composeResidency({
      store,
      journal,
      agents,
      backends,
      sessions,
      releases,
      settings,
      onLooked: () => void acp.tendSparesAtRest(),
      onError: (error) => log.error({ err: error }, 'what is resident could not be looked at'),
      now,
      everyMs: options.residencyEveryMs,
    }),
  );
  const agentCatalog = new AgentCatalog({
    agents,
    offers,
    dataFolder: folder.root,
    fallbackAgent: DEMO_AGENT,
  });
  const chooseAgent = (wanted: string | undefined) => agentCatalog.choose(wanted);
  const locks = new WorktreeLocks();
  const checkpoints = building.use(
    composeCheckpoints({
      announcer,
      locks,
      catalog: () => catalog,
      shadows: folder.checkpoints,
      worktreesFolder: folder.worktrees,
      onError: (error, what) => log.warn({ err: error }, what),
    }),
  );
  const catalog: Catalog = new Catalog({
    removed: checkpoints.removed,
    announcer,
    chooseAgent,
    checkAgent: (agent) => void agents.get(agent),
    isBusy: (chatId) => dispatcher.isBusy(chatId),
    reserve: (project) => reserved.take(project),
    nameBranch: (session, project) => {
      if (session.worktree !== null)
        void places.nameBranch(session, session.worktree, project).catch(() => {});
    },
    expectPrompt: (chat) => dispatcher.expect(chat),
    tearDown: async (sessionId) => {
      await places.named(sessionId);
      await scripts.tearDown(sessionId);
    },
    release: async (chatId) => {
      await dispatcher.expectNone(chatId);
      await releases.release(chatId);
      // A prompt may have been accepted meanwhile, and whoever asked for this is refused.
      if (dispatcher.isBusy(chatId)) return;
      facts.forget(chatId);
      dispatcher.forget(chatId);
    },
  });
  const { scripts, watches, repairs } = composeWorktrees(building, {
    worktreesFolder: folder.worktrees,
    announcer,
    locks,
    book: checkpoints.book,
    diffs: checkpoints.diffs,
    processes,
    env: options.env ?? process.env,
    getSession: (id) => catalog.getSession(id),
    getProject: (id) => catalog.getProject(id),
    onError: (error) => log.warn({ err: error }, 'something about a worktree failed'),
  });
  const ahead = prepareAhead(checkpoints.book, scripts);
  const budgets = new Budgets(store, now);
  const holds: Holds = building.use(
    new Holds({ announcer, budgets, settings: userSettings, kick: (chatId) => dispatcher.kick(chatId) }),
  );
  const logins = new AgentLogins({ agents, keys, processes, backends, holds, folder: folder.spares });
  const tasks: TaskDesk = composeTasks({
    announcer,
    catalog,
    queue,
    settings: userSettings,
    clock,
    chooseAgent,
    dispatcher: () => dispatcher,
    onError: (error) => log.error({ err: error }, 'something about a task could not be done'),
  });
  const writer = new WorktreeWriter(announcer, catalog, locks, checkpoints.diffs);
  const { dispatcher, places, circuits, sharedFiles }: Turns = composeTurns({
    announcer,
    backends: composed,
    processes,
    catalog,
    queue,
    sessions,
    facts,
    permissions,
    holds,
    locks,
    scripts,
    checkpoints: checkpoints.turns,
    settings: userSettings,
    tasks: tasks.hooks,
    worktreesFolder: folder.worktrees,
    log,
  });
  building.defer(() => places.named());
  building.defer(() => (leaving === null ? dispatcher.stop(stopping) : dispatcher.leave()));
  // Before the dispatcher stops: none of its turns starts anything.
  building.use(tasks);

  const worktrees = building.use(new WorktreeReader(catalog));

  const commands = composeCommands({
    store,
    catalog,
    folders: new FolderBrowser(options.homeFolder ?? homedir(), folder.root),
    dispatcher,
    queue,
    permissions,
    policies,
    tasks,
    agents: agentCatalog,
    sessions,
    residency,
    releases,
    worktrees,
    scripts,
    watches,
    repairs,
    checkpoints: checkpoints.commands,
    settings: userSettings,
    mcpServers,
    budgets,
    holds,
    logins,
    review: (submit) =>
      composeReview({
        announcer,
        catalog,
        submit,
        agents,
        processes,
        locks,
        writer,
        sharedFiles,
        checkpoints,
        env: options.env ?? process.env,
      }),
    imports: new AgentImports({ announcer, agents, backends, catalog }),
    health: composeHealth({
      store,
      journal,
      backends: [...backends.values()],
      circuits,
      agents: agentCatalog,
      serverId,
      startedAt,
    }),
  });

  await checkpoints.goOn();
  const { running: unfinishedTurns, waiting } = unfinished(announcer);
  const unclaimed = await opencode.adopt(await acp.adopt(await processes.left()));
  await Promise.all(unclaimed.map((nobodys) => nobodys.end()));
  for (const opening of acp.openings()) residency.adopted(opening, opening);
  // First, since whether a session was resident says what became of a turn that was starting.
  for (const turn of unfinishedTurns) dispatcher.takeUp(turn);
  coolDown(announcer, (chatId, agent) => acp.isLive(chatId, agent));
  acp.goOn();
  permissions.watchDeadlines();
  const signIn = new SignInCodes();
  const http = await startHttp({
    commands,
    journal,
    token,
    serverId,
    version: VERSION,
    host,
    port: options.port,
    ...(options.allowedHosts === undefined ? {} : { allowedHosts: options.allowedHosts }),
    ...(options.pageFolder === undefined ? {} : { pageFolder: options.pageFolder }),
    signIn,
    blobs: store.blobs,
    reads: {
      messages: (chatId, page) => readMessages(store, journal, chatId, page),
      search: (chatId, query) => searchChat(store, journal, chatId, query),
    },
    log: {
      info: (fields, message) => log.info(fields, message),
      warn: (fields, message) => log.warn(fields, message),
      error: (fields, message) => log.error(fields, message),
    },
    turnsOutliveServer: processes.outlivesServer,
    stop: (how) => (options.onStopRequested ?? ((wanted) => void stopServer(server, wanted)))(how),
  });
  building.defer(() => http.close());
  noteKeeper(store, processes);
  lock.announce(http.url);
  for (const chatId of waiting) dispatcher.kick(chatId);
  holds.watch();
  await tasks.goOn();
  void acp.tendSpares();

  const running = building.move();
  leaving = null;
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= running.disposeAsync());
  const server: RunningServer = {
    url: http.url,
    port: http.port,
    token,
    serverId,
    signInLink: () => `${http.url}/sign-in?code=${signIn.create().code}`,
    drained: async () => {
      await tasks.drained();
      await dispatcher.drained();
      await tasks.drained();
    },
    close,
    leave(idle) {
      if (processes.outlivesServer) leaving ??= idle;
      else stopping = 'no_keeper';
      return close();
    },
  };
  return server;
}

/** Children of this very process. What a dead one left is ended. */
async function ownProcesses(folder: DataFolder, log: Logger): Promise<ProcessPort> {
  const ledger = new Ledger(folder.ledger);
  const reaped = await reapLeftovers(ledger);
  log.info({ reaped }, 'looked for leftovers of an earlier server');
  return new LocalProcesses(ledger);
}
