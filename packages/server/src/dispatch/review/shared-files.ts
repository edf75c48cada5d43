import type { AcpToolSnapshot, AgentEvent, SharedFile, Turn } from '@pilotlight/protocol';
import { relative, resolve } from 'node:path';
import { isWithin } from '../../workspace/confine.ts';
import type { Announcer } from '../announcer.ts';
import { sayNotice } from '../checkpoints/say-notice.ts';
import { isTerminal } from '../turn-transitions.ts';
import { nameOf } from './comments-prompt.ts';

/** Kinds of tools that change the files they name. */
const WRITING: ReadonlySet<AcpToolSnapshot['kind']> = new Set(['edit', 'delete', 'move']);

interface Writer {
  turn: Turn;
  /** relative to the worktree */
  path: string;
}

/**
 * Notices when turns of two chats that run at the same time write the same file of one worktree, by what their tools say they
 * write: the files alone do not tell who wrote them. Said in both chats, once for each file and pair of turns.
 */
export class SharedFiles {
  readonly #announcer: Announcer;
  /** folder → who writes what there; of turns that are over, until the next one writes */
  readonly #writers = new Map<string, Writer[]>();
  readonly #said = new Set<string>();
  /** session id → path → chats */
  readonly #shared = new Map<string, Map<string, Set<string>>>();

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  /** @param isToldAgain what an earlier server heard already; it was said then */
  saw(turn: Turn, folder: string, event: AgentEvent, isToldAgain: boolean): void {
    if (event.type !== 'tool_call' && event.type !== 'tool_update') return;
    for (const path of writtenBy(event.toolCall, folder)) this.#wrote({ turn, path }, folder, isToldAgain);
  }

  /** By path; of the chats that are still there. */
  of(sessionId: string): SharedFile[] {
    const { chats } = this.#announcer.store;
    return [...(this.#shared.get(sessionId) ?? [])]
      .map(([path, ids]) => ({ path, chatIds: [...ids].filter((id) => chats.get(id) !== null) }))
      .filter(({ chatIds }) => chatIds.length > 1)
      .toSorted((one, other) => (one.path < other.path ? -1 : 1));
  }

  #wrote(writer: Writer, folder: string, isToldAgain: boolean): void {
    const { store } = this.#announcer;
    const isKnown = ({ turn, path }: Writer) => turn.id === writer.turn.id && path === writer.path;
    const all = this.#writers.get(folder) ?? [];
    if (all.some(isKnown)) return;
    const running = all.filter(({ turn }) => {
      const state = store.turns.get(turn.id)?.state;
      return state !== undefined && !isTerminal(state);
    });
    this.#writers.set(folder, [...running, writer]);
    if (isToldAgain) return;
    for (const other of running) {
      if (other.path === writer.path && other.turn.chatId !== writer.turn.chatId)
        this.#say(other.turn, writer);
    }
  }

  #say(one: Turn, { turn: other, path }: Writer): void {
    const key = `${one.id} ${other.id} ${path}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    for (const [here, there] of [
      [one, other],
      [other, one],
    ] as const) {
      const title = this.#announcer.store.chats.get(there.chatId)?.title ?? there.chatId;
      const text = `${nameOf(path)} is written by the chat "${title}" at the same time. One may overwrite what the other wrote.`;
      sayNotice(this.#announcer, here, { level: 'warning', code: 'shared_file', text });
      this.#keep(here.chatId, path);
    }
  }

  #keep(chatId: string, path: string): void {
    const { store, journal } = this.#announcer;
    const sessionId = store.chats.get(chatId)?.sessionId;
    if (sessionId === undefined) return;
    const files = this.#shared.get(sessionId) ?? new Map<string, Set<string>>();
    this.#shared.set(sessionId, files.set(path, (files.get(path) ?? new Set()).add(chatId)));
    journal.commit((scope) => this.#announcer.review(scope, sessionId));
  }
}

/** The files a tool writes, once it is at work; outside of the folder none. */
function writtenBy({ kind, status, locations, content }: AcpToolSnapshot, folder: string): string[] {
  if (status !== 'in_progress' && status !== 'completed') return [];
  const diffs = content.flatMap((item) => (item.type === 'diff' ? [item.path] : []));
  const named = WRITING.has(kind) ? locations.map(({ path }) => path) : [];
  const paths = [...diffs, ...named].map((path) => resolve(folder, path));
  return [...new Set(paths.filter((path) => isWithin(folder, path)).map((path) => relative(folder, path)))];
}
