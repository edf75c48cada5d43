/** The value at that share (0…1) of the sorted sample. */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function round(value: number, digits = 2): string {
  return value.toFixed(digits);
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** One measured line: what, the figure, what it is to reach, and whether it does. */
export interface Row {
  what: string;
  figure: string;
  reach: string;
  ok: boolean;
}
