import type { ScriptOutput, ScriptRun, SessionScripts } from '@pilotlight/protocol';
import type { HttpCaller } from './http-caller.ts';

/** The scripts of a session's `.pilotlight.json`. */
export interface ScriptClient {
  /** what the file names, whether it may run, and how it went */
  describe(sessionId: string, signal?: AbortSignal): Promise<SessionScripts>;
  /** Allows exactly the file with that hash, in the whole project. @throws `conflict` when it is another by now */
  allow(sessionId: string, hash: string): Promise<SessionScripts>;
  /** @throws `forbidden` before it was allowed, `not_found`, `conflict` while it runs */
  start(sessionId: string, name: string): Promise<ScriptRun>;
  /** with its whole process group; nothing when it does not run */
  stop(sessionId: string, name: string): Promise<void>;
  /** the last of what it wrote. @throws `not_found` for one that never ran */
  output(sessionId: string, name: string, signal?: AbortSignal): Promise<ScriptOutput>;
}

export function scriptClient(http: HttpCaller): ScriptClient {
  const at = (sessionId: string, way = ''): string =>
    `/api/sessions/${encodeURIComponent(sessionId)}/scripts${way}`;
  return {
    describe: (sessionId, signal) => http.json('GET', at(sessionId), { signal }),
    allow: (sessionId, hash) => http.json('POST', at(sessionId, '/allow'), { body: { hash } }),
    start: (sessionId, name) => http.json('POST', at(sessionId, '/start'), { body: { name } }),
    stop: (sessionId, name) => http.json('POST', at(sessionId, '/stop'), { body: { name } }),
    output: (sessionId, name, signal) =>
      http.json('GET', at(sessionId, `/${encodeURIComponent(name)}/output`), { signal }),
  };
}
