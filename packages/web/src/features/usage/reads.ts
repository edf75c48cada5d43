import type { UsageQuery } from '@pilotlight/protocol';
import { useQuery } from '@tanstack/react-query';
import { server } from '../../live/server.ts';

export const BUDGETS = ['budgets'];

/** What turns have used; asked for again whenever it is looked at. */
export function useUsage(query: UsageQuery) {
  return useQuery({ queryKey: ['usage', query], queryFn: () => server.usage(query), staleTime: 0 });
}

export function useBudgets() {
  return useQuery({ queryKey: BUDGETS, queryFn: () => server.listBudgets(), staleTime: 0 });
}
