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
  /**
   * After a power loss: clients may have seen frames that are gone. Every topic goes on far above what they can have
   * seen, with everything before folded, so that whoever comes back gets a snapshot.
   */
  leap(): void;
}

/** More frames than a topic can have had in the seconds that a power loss takes. */
const LEAP = 1_000_000;

export function topicTable(database: Database): TopicTable {
  const get = database.prepare('SELECT folded_seq, state_json FROM topics WHERE topic = ?');
  const upsert = database.prepare(
    `INSERT INTO topics (topic, folded_seq, state_json) VALUES (?, ?, ?)
     ON CONFLICT (topic) DO UPDATE SET folded_seq = excluded.folded_seq, state_json = excluded.state_json`,
  );
  const foldAll = database.prepare(
    `INSERT INTO topics (topic, folded_seq, state_json) SELECT topic, max(seq), NULL FROM frames WHERE true GROUP BY topic
     ON CONFLICT (topic) DO UPDATE SET folded_seq = max(folded_seq, excluded.folded_seq)`,
  );
  const raise = database.prepare('UPDATE topics SET folded_seq = folded_seq + ?');
  return {
    leap: () =>
      database.transaction(() => {
        foldAll.run();
        raise.run(LEAP);
      }),
    get(topic) {
      const row = get.get(topic);
      if (row === null) return null;
      return { foldedSeq: number(row, 'folded_seq'), state: textOrNull(row, 'state_json') };
    },
    upsert: (topic, row) => upsert.run(topic, row.foldedSeq, row.state),
  };
}
