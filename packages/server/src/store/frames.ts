import { number, numberOrNull, text } from './columns.ts';
import type { Database } from './database.ts';

/** A stored frame: `json` is the whole frame as clients receive it. */
export interface FrameRow {
  seq: number;
  json: string;
}

/** The journal's rows, one a frame, by (topic, seq). */
export interface FrameTable {
  insert(topic: string, seq: number, json: string): void;
  /** frames with `after < seq`, in order */
  after(topic: string, after: number): FrameRow[];
  /** highest stored seq, 0 without any */
  last(topic: string): number;
  removeThrough(topic: string, seq: number): void;
  /** topics that have frames stored */
  topics(): string[];
  /** Lets `sweep` remove what the topic's row says is folded: many frames at once would hold everything up. */
  removeLater(topic: string): void;
  /** One small step of that; true while more is to do. Finds by itself what a crash left behind. */
  sweep(): boolean;
}

/** Frames removed in one step of `sweep`: 2 to 3 ms. */
const SWEEP = 2000;

export function frameTable(database: Database): FrameTable {
  const insert = database.prepare('INSERT INTO frames (topic, seq, json) VALUES (?, ?, ?)');
  const after = database.prepare('SELECT seq, json FROM frames WHERE topic = ? AND seq > ? ORDER BY seq');
  const last = database.prepare('SELECT max(seq) AS seq FROM frames WHERE topic = ?');
  const leftovers = database.prepare(
    `SELECT topic FROM topics AS t
     WHERE (SELECT min(seq) FROM frames AS f WHERE f.topic = t.topic) <= t.folded_seq`,
  );
  const span = database.prepare(
    `SELECT min(seq) AS first, (SELECT folded_seq FROM topics WHERE topic = ?1) AS folded
     FROM frames WHERE topic = ?1`,
  );
  /** topics with folded frames; null until the ones of an earlier run were looked for */
  let sweeping: Set<string> | null = null;
  const removable = () => (sweeping ??= new Set(leftovers.all().map((row) => text(row, 'topic'))));
  const topics = database.prepare('SELECT DISTINCT topic FROM frames');
  const removeThrough = database.prepare('DELETE FROM frames WHERE topic = ? AND seq <= ?');
  return {
    insert: (topic, seq, frame) => insert.run(topic, seq, frame),
    after: (topic, seq) =>
      after.all(topic, seq).map((row) => ({ seq: number(row, 'seq'), json: text(row, 'json') })),
    last(topic) {
      const row = last.get(topic);
      return row === null ? 0 : ((row['seq'] as number | null) ?? 0);
    },
    topics: () => topics.all().map((row) => text(row, 'topic')),
    removeThrough: (topic, seq) => removeThrough.run(topic, seq),
    removeLater: (topic) => void removable().add(topic),
    sweep() {
      const [topic] = removable();
      if (topic === undefined) return false;
      const row = span.get(topic);
      const first = row === null ? null : numberOrNull(row, 'first');
      const folded = row === null ? null : numberOrNull(row, 'folded');
      if (first === null || folded === null || first > folded) {
        removable().delete(topic);
      } else {
        removeThrough.run(topic, Math.min(folded, first + SWEEP - 1));
      }
      return removable().size > 0;
    },
  };
}
