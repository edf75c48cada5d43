import type { AgentSession, Chat, ProcessInfo } from '@pilotlight/protocol';
import type { Client } from '@pilotlight/client';
import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { duration, megabytes, table } from '../terminal/table.ts';

interface PsOptions extends CommonOptions {
  all?: boolean;
}

/** One agent session, or a process that serves none. What belongs to a process is null without one. */
type PsRow = Pick<AgentSession, 'agent' | 'backend' | 'state' | 'why' | 'pinned' | 'lastUsedAt'> & {
  chatId: string | null;
  title: string;
  pid: number | null;
  memoryBytes: number | null;
  cpuMs: number | null;
  startedAt: number | null;
};

const HEAD = ['STATE', 'AGENT', 'CHAT', 'PID', 'MEMORY', 'CPU', 'LAST USE', 'WHY'];

export function psCommand(program: Command): void {
  withCommonOptions(
    program
      .command('ps')
      .description('Agent sessions that are resident, what their processes take, and why they are there')
      .option('-a, --all', 'those that were released too, and why'),
  ).action((options: PsOptions) =>
    answerWith(
      options,
      (client) => readRows(client, options.all === true),
      (rows) => (rows.length === 0 ? 'nothing is resident' : table([HEAD, ...rows.map(cells)])),
    ),
  );
}

async function readRows(client: Client, all: boolean): Promise<PsRow[]> {
  const [processes, sessions, chats] = await Promise.all([
    client.listProcesses(),
    client.listAgentSessions(),
    client.listChats(),
  ]);
  const byId = new Map(chats.map((chat) => [chat.id, chat]));
  const rows = sessions
    .filter(({ state }) => all || state !== 'cold')
    .map((session) => sessionRow(session, processOf(session, processes), byId.get(session.chatId)));
  const alone = processes.filter(({ chatIds }) => chatIds.length === 0).map(processRow);
  return [...rows.toSorted((a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0)), ...alone];
}

function processOf({ chatId, agent }: AgentSession, processes: readonly ProcessInfo[]): ProcessInfo | null {
  return processes.find((each) => each.agent === agent && each.chatIds.includes(chatId)) ?? null;
}

function sessionRow(session: AgentSession, process: ProcessInfo | null, chat: Chat | undefined): PsRow {
  const { chatId, agent, backend, state, why, pinned, lastUsedAt } = session;
  return {
    chatId,
    title: chat?.title ?? '',
    agent,
    backend,
    state,
    why,
    pinned,
    lastUsedAt,
    pid: process?.pid ?? null,
    memoryBytes: process?.memoryBytes ?? null,
    cpuMs: process?.cpuMs ?? null,
    startedAt: process?.startedAt ?? null,
  };
}

function processRow(process: ProcessInfo): PsRow {
  const { agent, backend, state, why, pid, memoryBytes, cpuMs, startedAt, lastUsedAt } = process;
  return {
    chatId: null,
    title: '',
    agent,
    backend,
    state,
    why,
    pinned: false,
    lastUsedAt,
    pid,
    memoryBytes,
    cpuMs,
    startedAt,
  };
}

function cells(row: PsRow): string[] {
  return [
    row.state,
    row.agent,
    row.chatId ?? '-',
    row.pid === null ? '-' : String(row.pid),
    row.pid === null ? '-' : megabytes(row.memoryBytes),
    row.cpuMs === null ? '-' : duration(row.cpuMs),
    row.lastUsedAt === null ? '-' : `${duration(Date.now() - row.lastUsedAt)} ago`,
    sanitizeLine(row.why, 200),
  ];
}
