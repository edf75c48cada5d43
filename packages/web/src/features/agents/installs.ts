import { toErrorInfo } from '@pilotlight/protocol';
import { create } from 'zustand';
import { server } from '../../live/server.ts';

export interface Install {
  state: 'running' | 'done' | 'failed';
  /** what npm printed, the last ones */
  lines: readonly string[];
  error: string | null;
  abort: AbortController;
}

/** npm prints a line for every package it fetches; nobody reads more than the last. */
const MOST_LINES = 400;

/** By agent id. Outside of the page that shows them, so that going elsewhere does not end an installation. */
export const useInstalls = create<{ installs: Readonly<Record<string, Install>> }>()(() => ({
  installs: {},
}));

/** Installs an agent on the server; its lines and its end are in the store. Resolves when it ended, well or not. */
export async function install(agentId: string): Promise<void> {
  const abort = new AbortController();
  put(agentId, () => ({ state: 'running', lines: [], error: null, abort }));
  const pending: string[] = [];
  const flush = () => {
    if (pending.length === 0) return;
    const lines = pending.splice(0);
    change(agentId, abort, (now) => ({ ...now, lines: [...now.lines, ...lines].slice(-MOST_LINES) }));
  };
  // Told several times a second, not once a line: npm prints hundreds at once.
  const timer = setInterval(flush, 150);
  try {
    await server.installAgent(agentId, { signal: abort.signal, onLine: (line) => pending.push(line) });
    flush();
    change(agentId, abort, (now) => ({ ...now, state: 'done' }));
  } catch (error) {
    flush();
    if (abort.signal.aborted) forgetInstall(agentId);
    else change(agentId, abort, (now) => ({ ...now, state: 'failed', error: toErrorInfo(error).message }));
  } finally {
    clearInterval(timer);
  }
}

/** Takes the log away; one that still runs is ended first. */
export function forgetInstall(agentId: string): void {
  useInstalls.getState().installs[agentId]?.abort.abort();
  useInstalls.setState(({ installs }) => {
    const { [agentId]: _, ...rest } = installs;
    return { installs: rest };
  });
}

/** Only while it is this very installation that is shown. */
function change(agentId: string, abort: AbortController, next: (now: Install) => Install): void {
  const now = useInstalls.getState().installs[agentId];
  if (now?.abort === abort) put(agentId, () => next(now));
}

function put(agentId: string, make: () => Install): void {
  useInstalls.setState(({ installs }) => ({ installs: { ...installs, [agentId]: make() } }));
}
