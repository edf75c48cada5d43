/**
 * Which question is selected now that the list may have changed: the same one while it is open, else the one that moved
 * into its place, else the last one. None while nothing was selected, unless one must `always` be.
 */
export function nextSelected<T extends { id: string }>(
  before: readonly T[],
  now: readonly T[],
  selected: string | null,
  always: boolean,
): string | null {
  if (selected === null) return always ? (now[0]?.id ?? null) : null;
  if (now.some(({ id }) => id === selected)) return selected;
  const at = before.findIndex(({ id }) => id === selected);
  const behind = before.slice(at + 1).find(({ id }) => now.some((each) => each.id === id));
  return behind?.id ?? now.at(-1)?.id ?? null;
}
