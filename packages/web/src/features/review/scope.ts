import type { DiffScope } from '@pilotlight/protocol';

/**
 * Which changes are reviewed: of the session against its base, what is staged or not yet, or of one turn (its id). As the
 * address of the page spells it.
 */
export type Scope = 'session' | 'unstaged' | 'staged' | `trn_${string}`;

/** What a review shows: which changes, and the file that is open (its path; null: only the list). */
export interface ReviewPlace {
  scope: Scope;
  file: string | null;
}

/** What the address names of a review. */
export interface ReviewSearch {
  review?: string;
  file?: string;
}

/** The review an address names; null for none. */
export function placeOf({ review, file }: ReviewSearch): ReviewPlace | null {
  if (review === undefined) return null;
  const isKnown = review === 'session' || review === 'unstaged' || review === 'staged' || isTurn(review);
  return { scope: isKnown ? review : 'session', file: file ?? null };
}

/** How the address names it. */
export function searchOfPlace({ scope, file }: ReviewPlace): ReviewSearch {
  return { review: scope, ...(file === null ? {} : { file }) };
}

/** Whether the scope is a turn; it is its id then. */
export function isTurn(scope: string): scope is `trn_${string}` {
  return scope.startsWith('trn_');
}

/** Whether the scope is a half of what is not committed. */
export function isUncommitted(scope: Scope): scope is 'staged' | 'unstaged' {
  return scope === 'staged' || scope === 'unstaged';
}

/** The scope as the server knows it. */
export function diffScopeOf(scope: Scope): DiffScope {
  return isTurn(scope) ? { scope: 'turn', turnId: scope } : { scope };
}
