/** Beyond so many changed lines nobody needs the exact number, and counting would take long. */
const MAX_CHANGES = 2_000;

export interface LineCount {
  additions: number;
  deletions: number;
}

/**
 * Lines added and removed, as `git diff --numstat` counts them; null when there are too many to count at once. Only the
 * length of the shortest edit (Myers), so it needs no memory to speak of.
 */
export function countChanges(oldText: string, newText: string): LineCount | null {
  const before = linesOf(oldText);
  const after = linesOf(newText);
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let oldEnd = before.length;
  let newEnd = after.length;
  while (oldEnd > start && newEnd > start && before[oldEnd - 1] === after[newEnd - 1]) {
    oldEnd -= 1;
    newEnd -= 1;
  }
  const removed = oldEnd - start;
  const added = newEnd - start;
  if (removed === 0 || added === 0) return { additions: added, deletions: removed };
  const distance = editDistance(before.slice(start, oldEnd), after.slice(start, newEnd));
  if (distance === null) return null;
  const deletions = (distance + removed - added) / 2;
  return { additions: distance - deletions, deletions };
}

/** The lines of a text; a newline at its end starts no further line. */
export function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function editDistance(a: string[], b: string[]): number | null {
  const limit = Math.min(a.length + b.length, MAX_CHANGES);
  const offset = limit + 1;
  const furthest = new Int32Array(2 * limit + 3);
  for (let distance = 0; distance <= limit; distance += 1) {
    for (let k = -distance; k <= distance; k += 2) {
      const down = k === -distance || (k !== distance && at(k - 1) < at(k + 1));
      let x = down ? at(k + 1) : at(k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      furthest[offset + k] = x;
      if (x >= a.length && x - k >= b.length) return distance;
    }
  }
  return null;

  function at(k: number): number {
    return furthest[offset + k] ?? 0;
  }
}
