/** One running text or reasoning part of an assistant message. */
export interface TextPart {
  readonly kind: 'text' | 'reasoning';
  readonly id: string;
  readonly messageID: string;
  /** epoch ms of the server; null when it did not say */
  readonly startedAt: number | null;
  /** what was given out of it so far */
  emitted: string;
  /** complete, or withdrawn by the provider: nothing more comes of it */
  ended: boolean;
  /** events were missed while it ran: its deltas mean nothing until it comes whole */
  gapped: boolean;
}

/** What remains to be said when the whole text is known. `restart`: what was said differs and must be withdrawn first. */
export function remainder(emitted: string, whole: string): { restart: boolean; text: string } {
  if (whole.startsWith(emitted)) return { restart: false, text: whole.slice(emitted.length) };
  // Only white space at the end was cut off: not worth withdrawing anything.
  if (emitted.trimEnd() === whole.trimEnd()) return { restart: false, text: '' };
  return { restart: true, text: whole };
}
