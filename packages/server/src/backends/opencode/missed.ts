// What the server says of a turn when it is asked: for a stream that broke, and for a turn of an earlier life of ours.
import type { OpenCodeHttp } from './http.ts';
import { storedTurn, type StoredTurn } from './stored-messages.ts';
import { asList, asObject, type WireSession, type WireStatus, type WireTodo } from './wire.ts';

const TIMEOUT_MS = 30_000;

export interface TurnPlace {
  http: OpenCodeHttp;
  sessionId: string;
  directory: string;
  promptId: string;
}

export interface Missed {
  /** empty when the prompt is not stored */
  stored: StoredTurn;
  session: WireSession;
  /** of the root session */
  todos: WireTodo[];
}

export async function readStatus({ http, sessionId, directory }: TurnPlace): Promise<WireStatus> {
  const all = asObject(await http.get('/session/status', { directory, timeoutMs: TIMEOUT_MS }));
  // Sessions that are idle are not listed.
  return sessionId in all ? asObject(all[sessionId]) : { type: 'idle' };
}

/** Everything but the status and the asks. `onChild`: a sub-agent was found, and its messages are asked for next. */
export async function readMissed(place: TurnPlace, onChild: (sessionId: string) => void): Promise<Missed> {
  const { http, sessionId, promptId } = place;
  const options = { timeoutMs: TIMEOUT_MS };
  const [stored, session, todos] = await Promise.all([
    storedTurn(http, sessionId, promptId, onChild),
    http.get(`/session/${sessionId}`, options),
    http.get(`/session/${sessionId}/todo`, options),
  ]);
  return {
    stored: stored ?? new Map(),
    session: { ...asObject(session), id: sessionId },
    todos: asList(todos),
  };
}
