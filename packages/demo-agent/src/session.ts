import type { PromptBlock, SessionUpdate } from './acp-types.ts';
import { defaultOptions, type SessionOptions } from './session-options.ts';
import type { SessionRecord, SessionStore } from './session-store.ts';

/** A conversation in memory; every change is on disk before the method returns. */
export class Session {
  readonly id: string;
  readonly cwd: string;
  options: SessionOptions = defaultOptions;
  title: string | null = null;
  /** What the user said in every prompt so far, oldest first. */
  readonly prompts: string[] = [];
  /** Tool kinds that the user allowed for good. */
  readonly allowed = new Set<string>();
  usedTokens = 0;
  /** The running turn, null while idle. */
  turn: { abort: AbortController; ended: Promise<unknown> } | null = null;
  readonly #store: SessionStore;

  constructor(id: string, cwd: string, store: SessionStore) {
    this.id = id;
    this.cwd = cwd;
    this.#store = store;
  }

  /** Appends to the session's file and applies the records. */
  record(...records: SessionRecord[]): void {
    this.#store.append(this.id, ...records);
    for (const record of records) this.#apply(record);
  }

  /** A session as its records left it; null when they do not begin one. */
  static restore(records: SessionRecord[], store: SessionStore): Session | null {
    const created = records.find((record) => record.kind === 'created');
    if (!created) return null;
    const session = new Session(created.sessionId, created.cwd, store);
    for (const record of records) session.#apply(record);
    return session;
  }

  #apply(record: SessionRecord): void {
    if (record.kind === 'options') this.options = record.options;
    else if (record.kind === 'allowed') this.allowed.add(record.tool);
    else if (record.kind === 'title') this.title = record.title;
    else if (record.kind === 'prompt') this.prompts.push(userText(record.prompt));
    else if (record.kind === 'used') this.usedTokens += record.tokens;
  }
}

/** The updates that tell a session's story again, for `session/load`. */
export function replay(records: SessionRecord[]): SessionUpdate[] {
  return records.flatMap((record): SessionUpdate[] => {
    if (record.kind === 'update') return [record.update];
    if (record.kind !== 'prompt') return [];
    return record.prompt.map((content) => ({ sessionUpdate: 'user_message_chunk', content }));
  });
}

/**
 * What the user says in a prompt: its last text block (those before it are told by the client, such as a recap), and one
 * bracketed note for each block of another kind.
 */
export function userText(prompt: PromptBlock[]): string {
  const said = prompt.findLast((block) => block.type === 'text');
  const others = prompt.filter((block) => block.type !== 'text');
  return [...(said === undefined ? [] : [said]), ...others].map(blockText).join('\n');
}

function blockText(block: PromptBlock): string {
  if (block.type === 'text') return block.text;
  if (block.type === 'image') return `[image ${block.mimeType}]`;
  if (block.type === 'resource_link') return `[link ${block.uri}]`;
  if (block.type === 'resource') return `[resource ${block.resource.uri}]`;
  return '[unknown content]';
}
