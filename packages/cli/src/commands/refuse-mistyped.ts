import { PilotlightError } from '@pilotlight/protocol';

/**
 * A command's name that was mistyped is no prompt for an agent: one word that is nearly the name of a command is refused.
 * @throws PilotlightError `invalid_request`
 */
export function refuseMistyped(words: readonly string[], names: readonly string[]): void {
  const [word = ''] = words;
  if (words.length !== 1 || word.length < 3 || !/^[a-z-]+$/.test(word)) return;
  const meant = names.find((name) => distance(word, name) <= (name.length > 4 ? 2 : 1));
  if (meant === undefined) return;
  throw new PilotlightError(
    'invalid_request',
    `"${word}" is no command; did you mean "${meant}"? As a prompt it is: pilotlight task run ${word}`,
  );
}

/** How many letters are to be put in, left out, changed or swapped with their neighbour. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const at = (up: number, left: number): number => rows[i - up]?.[j - left] ?? Infinity;
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? at(2, 2) + 1 : Infinity;
      row.push(Math.min(at(1, 0) + 1, (row[j - 1] ?? 0) + 1, at(1, 1) + same, swapped));
    }
    rows.push(row);
  }
  return rows[from.length]?.[to.length] ?? Infinity;
}
