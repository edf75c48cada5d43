import { number, text } from './columns.ts';
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
}

export function frameTable(database: Database): FrameTable {
  const insert = database.prepare('INSERT INTO frames (topic, seq, json) VALUES (?, ?, ?)');
  const after = database.prepare('SELECT seq, json FROM frames WHERE topic = ? AND seq > ? ORDER BY seq');
  const last = database.prepare('SELECT max(seq) AS seq FROM frames WHERE topic = ?');
  const removeThrough = database.prepare('DELETE FROM frames WHERE topic = ? AND seq <= ?');
  return {
    insert: (topic, seq, frame) => insert.run(topic, seq, frame),
    after: (topic, seq) =>
      after.all(topic, seq).map((row) => ({ seq: number(row, 'seq'), json: text(row, 'json') })),
    last(topic) {
      const row = last.get(topic);
      return row === null ? 0 : ((row['seq'] as number | null) ?? 0);
    },
    removeThrough: (topic, seq) => removeThrough.run(topic, seq),
  };
}
