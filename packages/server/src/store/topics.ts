import { number, textOrNull } from './columns.ts';
import type { Database } from './database.ts';

/** What is left of a topic's folded frames. */
export interface TopicRow {
  /** frames up to here are folded (or trimmed) and no longer stored; the topic's head is never below it */
  foldedSeq: number;
  /** JSON of what a folded topic still needs to know; null when there is none */
  state: string | null;
}

export interface TopicTable {
  get(topic: string): TopicRow | null;
  upsert(topic: string, row: TopicRow): void;
}

export function topicTable(database: Database): TopicTable {
  const get = database.prepare('SELECT folded_seq, state_json FROM topics WHERE topic = ?');
  const upsert = database.prepare(
    `INSERT INTO topics (topic, folded_seq, state_json) VALUES (?, ?, ?)
     ON CONFLICT (topic) DO UPDATE SET folded_seq = excluded.folded_seq, state_json = excluded.state_json`,
  );
  return {
    get(topic) {
      const row = get.get(topic);
      if (row === null) return null;
      return { foldedSeq: number(row, 'folded_seq'), state: textOrNull(row, 'state_json') };
    },
    upsert: (topic, row) => upsert.run(topic, row.foldedSeq, row.state),
  };
}
