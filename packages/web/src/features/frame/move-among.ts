import type { KeyboardEvent } from 'react';

/** Up, Down, Home and End move the focus among the elements that match, inside the one that listens. */
export function moveAmong(event: KeyboardEvent<HTMLElement>, selector: string): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const lines = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
  const at = lines.findIndex((line) => line === document.activeElement);
  if (at === -1) return;
  const to = target(event.key, at, lines.length);
  if (to === null) return;
  event.preventDefault();
  lines[to]?.focus();
}

/** Where a key leads from line `at` of `count`; null for another key. */
export function target(key: string, at: number, count: number): number | null {
  if (key === 'ArrowDown') return Math.min(at + 1, count - 1);
  if (key === 'ArrowUp') return Math.max(at - 1, 0);
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return null;
}
