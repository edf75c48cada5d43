import type { ProcessPort } from '@pilotlight/keeper';
import type { Logger } from 'pino';
import { coldDispatch } from './backends/acp-dispatch.ts';
import type { Backends } from './compose-backends.ts';
import type { TaskHooks } from './compose-tasks.ts';
import type { AgentSessionDesk } from './dispatch/agent-session-desk.ts';
import type { Announcer } from './dispatch/announcer.ts';
import type { Catalog } from './dispatch/catalog.ts';
import type { ChatFacts } from './dispatch/chat-facts.ts';
import type { TurnCheckpoints } from './dispatch/checkpoints/turn-checkpoints.ts';
import { CircuitBoard } from './dispatch/circuit-board.ts';
import { Continuations } from './dispatch/continuations.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { EarlyOpenings } from './dispatch/early-openings.ts';
import type { Holds } from './dispatch/holds.ts';
import { lossSince } from './dispatch/interruption.ts';
import { LateSpeech } from './dispatch/late-speech.ts';
import type { PermissionDesk } from './dispatch/permission-desk.ts';
import { Places } from './dispatch/place.ts';
import type { Queue } from './dispatch/queue.ts';
import { SharedFiles } from './dispatch/review/shared-files.ts';
import { TurnRunner } from './dispatch/turn-runner.ts';
import type { UserSettings } from './dispatch/user-settings.ts';
import { WarmSessions } from './dispatch/warm-sessions.ts';
import type { WorktreeLocks } from './dispatch/worktree-locks.ts';
import type { Scripts } from './scripts/scripts.ts';

export interface TurnParts {
  announcer: Announcer;
  backends: Backends;
  processes: ProcessPort;
  catalog: Catalog;
  queue: Queue;
  sessions: AgentSessionDesk;
  facts: ChatFacts;
  permissions: PermissionDesk;
  holds: Holds;
  locks: WorktreeLocks;
  scripts: Scripts;
  checkpoints: TurnCheckpoints;
  settings: UserSettings;
  /** what turns tell tasks */
  tasks: TaskHooks;
  worktreesFolder: string;
  log: Logger;
}

/** What runs turns, one lane for each chat. Nothing runs yet. */
export interface Turns {
  dispatcher: Dispatcher;
  places: Places;
  circuits: CircuitBoard;
  sharedFiles: SharedFiles;
}

export function composeTurns(parts: TurnParts): Turns {
  const { announcer, processes, sessions, facts, holds, checkpoints, tasks, log } = parts;
  const { agents, backends, mcpServers } = parts.backends;
  const late = new LateSpeech(announcer, facts, (chatId, agent) => sessions.writeHeard(chatId, agent));
  sessions.onLateEvent(
    (handle, event) => late.record(handle, event),
    () => late.flush(),
  );
  const circuits = new CircuitBoard(announcer.now);
  const sharedFiles = new SharedFiles(announcer);
  const places = new Places(
    announcer,
    parts.worktreesFolder,
    (sessionId, named) => parts.scripts.prepare(sessionId, named),
    (path) => parts.locks.settled(path),
  );
  const warm = new WarmSessions({ agents, backends, sessions, circuits });
  const early = new EarlyOpenings({
    announcer,
    places,
    settled: (path) => parts.locks.settled(path),
    sessions,
    warm,
  });
  const runner = new TurnRunner({
    announcer,
    warm,
    early,
    cold: async (turn, input, ctx, choice, projectId) =>
      coldDispatch({
        agent: await agents.resolve(turn.agent),
        processes,
        input,
        ctx,
        choice,
        mcp: mcpServers.offer(projectId),
        env: await parts.scripts.portVariables(parts.catalog.getChat(turn.chatId).sessionId),
      }),
    places,
    sessions,
    permissions: parts.permissions,
    facts,
    circuits,
    continuations: new Continuations(announcer, parts.settings),
    holds,
    checkpoints,
    startFailed: tasks.startFailed,
    onUsage: tasks.onUsage,
    sharedFiles,
    loss: lossSince(announcer.store, processes),
  });
  const dispatcher = new Dispatcher({
    announcer,
    catalog: parts.catalog,
    queue: parts.queue,
    runner,
    early,
    late,
    checkpoints,
    holds,
    mayBegin: tasks.mayBegin,
    onEnded: tasks.onEnded,
    checkAgent: (agent) => void agents.get(agent),
    onError: (error, chatId) => log.error({ err: error, chatId }, 'a turn could not be written down'),
  });
  return { dispatcher, places, circuits, sharedFiles };
}
