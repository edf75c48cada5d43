/** What the journal keeps of a topic beside its frames. */
export interface TopicRow {
  /** last seq that was ever committed when this row was written; frames may go beyond it */
  seq: number;
  /** frames up to here are folded (or trimmed) and no longer stored */
  foldedSeq: number;
  /** JSON of what a folded topic still needs to know; null when there is none */
  state: string | null;
}

export interface TopicTable {
  get(topic: string): TopicRow | null;
  upsert(topic: string, row: TopicRow): void;
}
