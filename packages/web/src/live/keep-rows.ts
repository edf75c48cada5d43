import type { SessionRow } from './groups.ts';

/** The rows of `next`, each as the object of `before` when it says the same. */
export function keepRows(before: readonly SessionRow[], next: readonly SessionRow[]): SessionRow[] {
  const byId = new Map(before.map((row) => [row.session.id, row]));
  return next.map((row) => {
    const kept = byId.get(row.session.id);
    return kept !== undefined && isSameRow(kept, row) ? kept : row;
  });
}

function isSameRow(a: SessionRow, b: SessionRow): boolean {
  return (
    a.session === b.session &&
    a.project === b.project &&
    a.mark === b.mark &&
    isSameList(a.chats, b.chats) &&
    isSameList(a.questions, b.questions)
  );
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
