import type { IndexState } from '@pilotlight/protocol';

/** The project a new session begins with: the one used last, else the one of the newest session, else the newest. */
export function firstProject(index: IndexState, lastUsed: string | null): string | null {
  if (lastUsed !== null && lastUsed in index.projects) return lastUsed;
  const newest = <T extends { createdAt: number }>(items: T[]) =>
    items.reduce<T | undefined>(
      (best, item) => (item.createdAt > (best?.createdAt ?? -1) ? item : best),
      undefined,
    );
  return (
    newest(Object.values(index.sessions))?.projectId ?? newest(Object.values(index.projects))?.id ?? null
  );
}
