/** Going through what was said before: `at` counts back from the newest, null while writing something new. */
export interface HistoryStep {
  at: number | null;
  text: string;
}

/**
 * One step back (`older`) or forth. null when there is nowhere to go.
 * @param prompts the newest first
 */
export function stepThrough(
  prompts: readonly string[],
  at: number | null,
  direction: 'older' | 'newer',
): HistoryStep | null {
  if (direction === 'older') {
    const next = at === null ? 0 : at + 1;
    const text = prompts[next];
    return text === undefined ? null : { at: next, text };
  }
  if (at === null) return null;
  return at === 0 ? { at: null, text: '' } : { at: at - 1, text: prompts[at - 1] ?? '' };
}
