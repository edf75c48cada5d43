// Finds the server that an earlier life of ours left running with whoever keeps the processes, and goes on with it.
import type { PilotlightError } from '@pilotlight/protocol';
import type { LeftProcess } from '@pilotlight/keeper';
import { readStat } from '@pilotlight/keeper';
import type { AgentSpec } from '../agent-spec.ts';
import { interrupted } from '../interrupted.ts';
import { connected, drain, KILL, serverTag, type LaunchedServer } from './launch.ts';
import { endEarlierServer, readServerFile, type ServerFile } from './server-file.ts';

/** How long it may take to answer, and again to open its event stream. */
const ANSWER_MS = 5000;

export interface Adoption {
  /** null: there is none to go on with, `why` says why, and what was left of it is ended */
  server: LaunchedServer | null;
  /** `interrupted` */
  why: PilotlightError;
  /** the processes that are not of this backend */
  unclaimed: LeftProcess[];
}

/** Takes over the server of this agent. Every process with its tag is claimed: adopted, or ended and forgotten. */
export async function adoptServer(
  agent: AgentSpec,
  stateFolder: string,
  left: readonly LeftProcess[],
): Promise<Adoption> {
  const isOurs = ({ owner, tag }: LeftProcess): boolean => owner === agent.id && tag === serverTag(agent.id);
  const ours = left.filter(isOurs);
  const unclaimed = left.filter((process) => !isOurs(process));
  const file = readServerFile(stateFolder);
  const found = ours.find((process) => file !== null && isSame(process, file));
  let why =
    found === undefined
      ? interrupted(null, `No server of ${agent.name} was left running.`)
      : interrupted(
          'agent_gone',
          `The server of ${agent.name} ended while Pilotlight was away${exitWords(found)}.`,
          { exitCode: found.exit?.code ?? null, signal: found.exit?.signal ?? null },
        );
  let server: LaunchedServer | null = null;
  if (file !== null && found?.exit === null) {
    try {
      server = await takeOver(agent, file, found);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      why = interrupted(
        'not_taken_up',
        `The server of ${agent.name} that was left running cannot be used: ${reason}.`,
      );
    }
  }
  await Promise.all(
    ours.map((process) =>
      process === found && server !== null ? undefined : process.end(KILL).catch(() => {}),
    ),
  );
  if (server === null) await endEarlierServer(stateFolder);
  return { server, why, unclaimed };
}

/** Whether it is the process of which the file speaks, and not a later one with its pid. */
function isSame({ id, pid, exit }: LeftProcess, file: ServerFile): boolean {
  if (pid !== file.pid || (file.mark !== null && file.mark !== id)) return false;
  if (exit !== null) return true;
  const startTime = readStat(pid)?.startTime ?? null;
  return startTime === null || file.startTime === null || startTime === file.startTime;
}

async function takeOver(agent: AgentSpec, file: ServerFile, found: LeftProcess): Promise<LaunchedServer> {
  const { port, password } = file;
  const up = await connected(agent, port, password, ANSWER_MS);
  try {
    const child = await found.adopt();
    void drain(child, found.output.from).catch(() => {});
    return { child, port, password, ...up, adoptedAt: Date.now() };
  } catch (error) {
    up.connection.close();
    throw error;
  }
}

function exitWords({ exit }: LeftProcess): string {
  if (exit === null) return '';
  return exit.signal === null ? ` (exit ${exit.code})` : ` (ended by ${exit.signal})`;
}
