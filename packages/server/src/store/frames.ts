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
