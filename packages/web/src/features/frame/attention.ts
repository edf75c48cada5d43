import type { SessionRow } from '../../live/groups.ts';

/**
 * The session that needs the user after (`step` 1) or before (-1) the one shown, in the order of the board, around its end.
 * Null when no other one does.
 */
export function nextNeeding(
  rows: readonly SessionRow[],
  shownId: string | null,
  step: 1 | -1,
): SessionRow | null {
  const needing = rows.filter((row) => row.standing === 'needs_you');
  const at = needing.findIndex((row) => row.session.id === shownId);
  const others = at === -1 ? needing.length : needing.length - 1;
  if (others === 0) return null;
  const from = at === -1 ? (step === 1 ? -1 : 0) : at;
  return needing[(from + step + needing.length) % needing.length] ?? null;
}

/** `(3) Checkout bug · Pilotlight`: how many sessions need the user, and what is shown. */
export function documentTitle(needing: number, place: string | null, product: string): string {
  const count = needing === 0 ? '' : `(${needing}) `;
  return count + (place === null ? product : `${place} · ${product}`);
}
