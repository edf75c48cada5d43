import type { ChatSearch, Message, Part, SearchHit } from '@pilotlight/protocol';
import type { Journal } from '../journal/journal.ts';
import { Slice } from '../slice.ts';
import type { Store } from '../store/store.ts';
import { findIn, literalPattern } from './find-text.ts';
import { partTexts, type Pieces } from './part-texts.ts';

/** Rows read at once: few enough that one reading is short, whatever is in them. */
const ROWS = 25;

export interface SearchQuery {
  /** found as it is, upper and lower case alike */
  query: string;
  limit: number;
}

/**
 * Finds a text in all messages of a chat, those being said included, newest first: one hit a part. Works in slices, so that
 * a long chat does not hold the event loop; what is said meanwhile is not looked at.
 */
export async function searchChat(
  store: Store,
  journal: Pick<Journal, 'chatState'>,
  chatId: string,
  { query, limit }: SearchQuery,
): Promise<ChatSearch> {
  const search = new Search(store, query, limit);
  const newest = journal.chatState(chatId).messages;
  for (const message of newest.toReversed()) await search.message(message);
  const looked = new Set(newest.map(({ id }) => id));
  let before: number | null = null;
  for (;;) {
    const rows = store.messages.rowsBefore(chatId, before, ROWS);
    for (const row of rows) {
      if (!looked.has(row.id)) await search.stored(row);
      before = row.ordinal;
    }
    if (rows.length < ROWS) return search.answer();
  }
}

/** A message as it is stored, its parts still JSON. */
type StoredMessage = Pick<Message, 'id' | 'role' | 'createdAt'> & { partsJson: string };

class Search {
  readonly #store: Store;
  readonly #limit: number;
  readonly #pattern: RegExp;
  readonly #inJson: RegExp;
  readonly #slice = new Slice();
  /** a match may begin so many characters before the end of a piece */
  readonly #overlap: number;
  readonly #hits: SearchHit[] = [];
  #total = 0;

  constructor(store: Store, query: string, limit: number) {
    this.#store = store;
    this.#limit = limit;
    this.#pattern = literalPattern(query);
    this.#inJson = literalPattern(JSON.stringify(query).slice(1, -1));
    this.#overlap = query.length - 1;
  }

  answer(): ChatSearch {
    return { hits: this.#hits, total: this.#total, truncated: this.#total > this.#hits.length };
  }

  /** Most messages match nowhere, and reading their JSON costs more than looking through it. */
  async stored(row: StoredMessage): Promise<void> {
    if (this.#slice.isOver) await this.#slice.next();
    if (!this.#inJson.test(row.partsJson) && !row.partsJson.includes('"head":[')) return;
    await this.message({ ...row, parts: JSON.parse(row.partsJson) as Part[] });
  }

  /** The last part first. */
  async message({
    id,
    role,
    createdAt,
    parts,
  }: Pick<Message, 'id' | 'role' | 'createdAt' | 'parts'>): Promise<void> {
    for (let part = parts.length - 1; part >= 0; part -= 1) {
      const found = await this.#part(parts[part] as Part);
      if (found === null) continue;
      this.#total += 1;
      if (this.#hits.length < this.#limit)
        this.#hits.push({ messageId: id, part, role, at: createdAt, ...found });
    }
  }

  async #part(part: Part): Promise<ReturnType<typeof findIn>> {
    for (const text of partTexts(part, this.#store.blobs)) {
      const found = await this.#text(text);
      if (found !== null) return found;
    }
    return null;
  }

  async #text(pieces: Pieces): Promise<ReturnType<typeof findIn>> {
    let carried = '';
    for (const piece of pieces) {
      if (this.#slice.isOver) await this.#slice.next();
      const text = carried + piece;
      const found = findIn(text, this.#pattern);
      if (found !== null) return found;
      carried = this.#overlap === 0 ? '' : text.slice(-this.#overlap);
    }
    return null;
  }
}
