/** The list with the item at `from` moved to `to`; the list itself when nothing moves. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from];
  const target = Math.max(0, Math.min(to, list.length - 1));
  if (item === undefined || target === from) return list;
  const rest = list.toSpliced(from, 1);
  return rest.toSpliced(target, 0, item);
}

/**
 * Where a dragged row stands: the place whose middle it has passed.
 * @param heights of the rows, in their order
 * @param by how far it was dragged, in pixels
 */
export function dragTarget(heights: readonly number[], from: number, by: number): number {
  let to = from;
  let passed = 0;
  const step = by < 0 ? -1 : 1;
  for (let at = from + step; at >= 0 && at < heights.length; at += step) {
    const height = heights[at] ?? 0;
    if (Math.abs(by) < passed + height / 2) break;
    passed += height;
    to = at;
  }
  return to;
}
