/** How full the context is, in whole percent; null when its size is unknown. Never 0 for something, nor 100 for less. */
export function contextShare(used: number, size: number | undefined): number | null {
  if (size === undefined || size <= 0) return null;
  const percent = (used / size) * 100;
  if (percent >= 100) return 100;
  return Math.min(99, percent > 0 ? Math.max(1, Math.round(percent)) : 0);
}
