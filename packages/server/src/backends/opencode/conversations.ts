import { PilotlightError } from '@pilotlight/protocol';
import { realpath, stat } from 'node:fs/promises';
import { HttpAnswerError, type OpenCodeHttp } from './http.ts';
import { asObject, asString, type WireSession } from './wire.ts';

const TIMEOUT_MS = 10_000;
/** The first request of a directory sets it up. */
const CREATE_MS = 60_000;

/** A new conversation in a directory. Without a title, opencode thinks of one itself at the first prompt. */
export async function createConversation(http: OpenCodeHttp, directory: string): Promise<WireSession> {
  const made = asObject(await http.post('/session', { directory, timeoutMs: CREATE_MS }));
  const id = asString(made['id']);
  if (id === '') throw new PilotlightError('agent_protocol', 'opencode made a session without an id.');
  return { ...made, id };
}

/** The stored conversation, as it is; null when it is gone or belongs to another directory. */
export async function findConversation(
  http: OpenCodeHttp,
  id: string | null,
  directory: string,
): Promise<WireSession | null> {
  // Any other id makes the server answer 500.
  if (id === null || !/^ses_?[A-Za-z0-9]+$/.test(id)) return null;
  const options = { directory, timeoutMs: TIMEOUT_MS };
  try {
    const info: WireSession = { ...asObject(await http.get(`/session/${id}`, options)), id };
    // Its own directory wins over any we name, so it would work in the wrong place.
    return info.directory !== undefined && info.directory !== directory ? null : info;
  } catch (error) {
    if (error instanceof HttpAnswerError && error.status === 404) return null;
    throw error;
  }
}

/** Stops a turn that was given up: the next prompt would be steered into it. */
export async function makeIdle(http: OpenCodeHttp, id: string, directory: string): Promise<void> {
  const options = { directory, timeoutMs: TIMEOUT_MS };
  const status = asObject(await http.get('/session/status', options));
  if (id in status) await http.post(`/session/${id}/abort`, options);
}

/**
 * The real path of a worktree, as the server names it. The server itself would take a path that is not there.
 * @throws PilotlightError `worktree_missing`
 */
export async function requireWorktree(path: string): Promise<string> {
  const real = await realpath(path).catch(() => null);
  if (real !== null && (await stat(real)).isDirectory()) return real;
  throw new PilotlightError(
    'worktree_missing',
    `There is no folder ${path}. Restore the worktree, or start a new session.`,
  );
}
