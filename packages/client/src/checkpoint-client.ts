import type {
  BroughtBack,
  Checkpoint,
  CheckpointList,
  CheckpointSettings,
  ForkChat,
  RemovedSession,
  RemovedSessionList,
  Restored,
  RestoreFiles,
  SessionWithChat,
  TurnCheckpoints,
  UndoTurn,
} from '@pilotlight/protocol';
import type { HttpCaller } from './http-caller.ts';

/** Kept states of worktrees: what was there before and after each turn, and the last state of sessions that were removed. */
export interface CheckpointClient {
  /** of a session, the newest first */
  list(sessionId: string): Promise<Checkpoint[]>;
  ofTurn(turnId: string): Promise<TurnCheckpoints>;
  /** Files become what they were; the present state is kept first. `dryRun`: only says what would be done. */
  restore(sessionId: string, body: RestoreFiles): Promise<Restored>;
  /** Takes back what a turn changed; later edits to other files stay. */
  undo(turnId: string, body?: UndoTurn): Promise<Restored>;
  /** A new session that goes on from a turn: its files and the chat up to it. */
  fork(turnId: string, body?: ForkChat): Promise<SessionWithChat>;
  /** sessions that can be brought back, the last removed first */
  listRemoved(): Promise<RemovedSession[]>;
  bringBack(sessionId: string): Promise<BroughtBack>;
  /** whether checkpoints of a project or session hold ignored files too */
  keepsIgnored(of: 'projects' | 'sessions', id: string): Promise<CheckpointSettings>;
  setKeepsIgnored(of: 'projects' | 'sessions', id: string, ignored: boolean): Promise<CheckpointSettings>;
}

export function checkpointClient(http: HttpCaller): CheckpointClient {
  const enc = encodeURIComponent;
  const settings = (of: string, id: string): string => `/api/${of}/${enc(id)}/checkpoint-settings`;
  return {
    list: async (sessionId) =>
      (await http.json<CheckpointList>('GET', `/api/sessions/${enc(sessionId)}/checkpoints`)).checkpoints,
    ofTurn: (turnId) => http.json('GET', `/api/turns/${enc(turnId)}/checkpoints`),
    restore: (sessionId, body) => http.json('POST', `/api/sessions/${enc(sessionId)}/restore`, { body }),
    undo: (turnId, body = {}) => http.json('POST', `/api/turns/${enc(turnId)}/undo`, { body }),
    fork: (turnId, body = {}) => http.json('POST', `/api/turns/${enc(turnId)}/fork`, { body }),
    listRemoved: async () => (await http.json<RemovedSessionList>('GET', '/api/removed-sessions')).removed,
    bringBack: (id) => http.json('POST', `/api/removed-sessions/${enc(id)}/restore`),
    keepsIgnored: (of, id) => http.json('GET', settings(of, id)),
    setKeepsIgnored: (of, id, ignored) => http.json('PUT', settings(of, id), { body: { ignored } }),
  };
}
