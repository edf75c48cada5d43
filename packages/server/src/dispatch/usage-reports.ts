import { UsageQuery, type UsageBy, type UsageReport } from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';

/** What turns have used, summed up by what somebody wants to know. */
export function usageReport(store: Store, query: UsageQuery): UsageReport {
  const { by, limit, ...filter } = UsageQuery.parse(query);
  const rows = store.turnUsage.rows(by, filter, limit + 1);
  return {
    by,
    rows: rows.slice(0, limit).map((row) => ({ ...row, name: nameOf(store, by, row.key) })),
    total: store.turnUsage.sum(filter),
    truncated: rows.length > limit,
  };
}

function nameOf(store: Store, by: UsageBy, key: string): string | null {
  const name =
    by === 'chat'
      ? store.chats.get(key)?.title
      : by === 'session'
        ? store.sessions.get(key)?.title
        : by === 'project'
          ? store.projects.get(key)?.name
          : undefined;
  return name || null;
}
