import {
  INLINE_LIMIT,
  diffToolSnapshot,
  growingText,
  withGrowingText,
  type AcpToolSnapshot,
  type BlobRef,
  type TextAppend,
  type ToolContent,
  type ToolPatch,
} from '@pilotlight/protocol';

export type PutBlob = (bytes: Uint8Array | string, mimeType: string) => BlobRef;

/** What stays inline when the beginning of a text is moved to a blob. */
export const KEPT = INLINE_LIMIT / 2;

const PLAIN = 'text/plain; charset=utf-8';

/** `at`, or one less where it would cut a surrogate pair in two. */
export function cutPoint(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

function outOfLine(value: unknown, put: PutBlob): unknown {
  if (value === undefined) return value;
  const json = JSON.stringify(value);
  return json.length <= INLINE_LIMIT ? value : { $blob: put(json, 'application/json') };
}

/**
 * One tool call on its way from an agent's whole snapshots to what changed. Remembers the last snapshot and how much of
 * each growing text was already moved to blobs, so that nothing is stored twice and nothing inline outgrows the limit.
 */
export class ToolStream {
  #last: AcpToolSnapshot;
  readonly #put: PutBlob;
  /** per content index: how many units of the snapshot's text clients have in blobs */
  readonly #moved = new Map<number, number>();
  /** what clients see first */
  readonly first: AcpToolSnapshot;

  constructor(snapshot: AcpToolSnapshot, put: PutBlob) {
    this.#put = put;
    this.#last = snapshot;
    this.first = {
      ...this.#bounded(snapshot),
      content: snapshot.content.map((item, index) => this.#boundedItem(index, item)),
    };
  }

  get last(): AcpToolSnapshot {
    return this.#last;
  }

  /** What changed since the last snapshot, bounded; null when nothing did. @throws what `put` throws; then nothing was taken */
  update(snapshot: AcpToolSnapshot): ToolPatch | null {
    const [last, moved] = [this.#last, [...this.#moved]];
    try {
      return this.#update(snapshot);
    } catch (error) {
      this.#last = last;
      this.#moved.clear();
      for (const [index, units] of moved) this.#moved.set(index, units);
      throw error;
    }
  }

  #update(snapshot: AcpToolSnapshot): ToolPatch | null {
    const patch = diffToolSnapshot(this.#last, snapshot);
    this.#last = snapshot;
    if (patch === null) return null;
    if (patch.set !== undefined) patch.set = this.#bounded(patch.set);
    if (patch.items !== undefined) {
      patch.items = patch.items.map(({ index, item }) => ({ index, item: this.#boundedItem(index, item) }));
    }
    if (patch.appends !== undefined)
      patch.appends = patch.appends.map((append) => this.#boundedAppend(append));
    return patch;
  }

  #bounded<T extends { rawInput?: unknown; rawOutput?: unknown }>(fields: T): T {
    const next = { ...fields };
    if (fields.rawInput !== undefined) next.rawInput = outOfLine(fields.rawInput, this.#put);
    if (fields.rawOutput !== undefined) {
      // Many agents say the whole output again here; the content already has it.
      if (this.#last.content.some((item) => growingText(item) === fields.rawOutput)) delete next.rawOutput;
      else next.rawOutput = outOfLine(fields.rawOutput, this.#put);
    }
    return next;
  }

  #boundedItem(index: number, item: ToolContent): ToolContent {
    this.#moved.delete(index);
    const text = growingText(item);
    if (text !== null) {
      if (text.length <= INLINE_LIMIT) return item;
      const at = cutPoint(text, text.length - KEPT);
      this.#moved.set(index, at);
      return withGrowingText(item, text.slice(at), this.#put(text.slice(0, at), PLAIN));
    }
    if (item.type === 'diff' && (item.oldText?.length ?? 0) + item.newText.length > INLINE_LIMIT) {
      const { oldText, newText } = item;
      const blob = this.#put(JSON.stringify({ oldText, newText }), 'application/json');
      return { ...item, oldText: oldText === null ? null : '', newText: '', blob };
    }
    if (item.type === 'content' && 'data' in item.content && item.content.data !== undefined) {
      const { data, ...rest } = item.content;
      return { ...item, content: { ...rest, blob: this.#put(Buffer.from(data, 'base64'), rest.mimeType) } };
    }
    return item;
  }

  #boundedAppend(append: TextAppend): TextAppend {
    const item = this.#last.content[append.index];
    const full = (item === undefined ? null : growingText(item)) ?? '';
    const movedBefore = this.#moved.get(append.index) ?? 0;
    const slid = append.drop ?? 0;
    const dropped = Math.max(0, slid - movedBefore);
    const moved = Math.max(0, movedBefore - slid);
    this.#moved.set(append.index, moved);
    const inline = full.length - moved;
    if (inline <= INLINE_LIMIT) {
      return { index: append.index, ...(dropped > 0 ? { drop: dropped } : {}), text: append.text };
    }
    const at = cutPoint(full, full.length - KEPT);
    this.#moved.set(append.index, at);
    const shown = inline - append.text.length;
    const fromShown = Math.min(shown, at - moved);
    return {
      index: append.index,
      drop: dropped + fromShown,
      moved: this.#put(full.slice(moved, at), PLAIN),
      text: append.text.slice(at - moved - fromShown),
    };
  }
}
