/** Rows as aligned columns, two spaces between; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  const lines = rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

/** Milliseconds as people say them: `0.4 s`, `12 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** Bytes as people say them: `12 MB`. */
export function megabytes(bytes: number | null): string {
  return bytes === null ? '?' : `${Math.round(bytes / (1024 * 1024))} MB`;
}

const figures = new Intl.NumberFormat('en');

/** `1 file`, `2,000 files`. */
export function countOf(count: number, what: string): string {
  return `${figures.format(count)} ${what}${count === 1 ? '' : 's'}`;
}
