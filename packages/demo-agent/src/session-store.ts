import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PromptBlock, SessionUpdate } from './acp-types.ts';
import type { SessionOptions } from './session-options.ts';

/** One line of a session's file. Later lines of a kind replace earlier ones, except prompts and updates. */
export type SessionRecord =
  | { kind: 'created'; sessionId: string; cwd: string }
  | { kind: 'options'; options: SessionOptions }
  | { kind: 'allowed'; tool: string }
  | { kind: 'title'; title: string }
  | { kind: 'prompt'; prompt: PromptBlock[] }
  | { kind: 'update'; update: SessionUpdate }
  | { kind: 'used'; tokens: number };

/** A session of the list, with the time of its last write. */
export interface StoredSession {
  sessionId: string;
  cwd: string;
  title: string | null;
  updatedAt: string;
}

/** The folder of the session files: `PILOTLIGHT_DEMO_STATE`, the state folder of XDG, or a private temporary one. */
export function stateFolder(env: NodeJS.ProcessEnv): string {
  if (env['PILOTLIGHT_DEMO_STATE']) return env['PILOTLIGHT_DEMO_STATE'];
  if (env['XDG_STATE_HOME']) return join(env['XDG_STATE_HOME'], 'pilotlight', 'demo-agent');
  return join(tmpdir(), `pilotlight-demo-${process.getuid?.() ?? 'user'}`);
}

/**
 * Sessions on disk, one append-only file of JSON lines each. `append` returns when the operating system has the line, so
 * that what was answered is still there after the agent is killed.
 */
export class SessionStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  append(sessionId: string, ...records: SessionRecord[]): void {
    if (records.length === 0) return;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // The newline comes first: a line torn by a kill then spoils no later one.
    const lines = records.map((record) => `\n${JSON.stringify(record)}`).join('');
    appendFileSync(this.#path(sessionId), lines, { mode: 0o600 });
  }

  /** The records of a session, null if there is none of that id. */
  read(sessionId: string): SessionRecord[] | null {
    // The id comes from the client and becomes a file name.
    if (!/^[\w-]+$/.test(sessionId)) return null;
    try {
      return parseLines(readFileSync(this.#path(sessionId), 'utf8'));
    } catch {
      return null;
    }
  }

  /** The stored sessions of a folder (of all folders without one), the latest first. */
  list(cwd: string | undefined): StoredSession[] {
    const sessions = this.#ids().flatMap((id) => this.#summary(id) ?? []);
    const wanted = sessions.filter((session) => cwd === undefined || session.cwd === cwd);
    return wanted.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  }

  #ids(): string[] {
    try {
      const names = readdirSync(this.#folder).filter((name) => name.endsWith('.jsonl'));
      return names.map((name) => name.slice(0, -'.jsonl'.length));
    } catch {
      return [];
    }
  }

  #summary(sessionId: string): StoredSession | null {
    const records = this.read(sessionId) ?? [];
    const created = records.find((record) => record.kind === 'created');
    if (!created) return null;
    const title = records.findLast((record) => record.kind === 'title')?.title ?? null;
    const updatedAt = statSync(this.#path(sessionId)).mtime.toISOString();
    return { sessionId, cwd: created.cwd, title, updatedAt };
  }

  #path(sessionId: string): string {
    return join(this.#folder, `${sessionId}.jsonl`);
  }
}

function parseLines(text: string): SessionRecord[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as SessionRecord];
    } catch {
      return [];
    }
  });
}
