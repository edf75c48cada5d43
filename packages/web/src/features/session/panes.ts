import type { Chat } from '@pilotlight/protocol';
import type { SessionSearch } from '../../app/router.tsx';

/** More chats side by side are too narrow to read. */
export const MAX_PANES = 3;

/** The chats side by side, from what the address names; chats that are not there are left out. */
export function panesOf(
  { chat, beside }: SessionSearch,
  chats: readonly Chat[],
  newest: string | null,
): string[] {
  const named = [chat ?? newest, ...(beside?.split(',') ?? [])];
  const known = named.filter((id) => id !== null && chats.some((each) => each.id === id));
  return [...new Set(known)].filter((id) => id !== null).slice(0, MAX_PANES);
}

/** What the address says of these panes. */
export function searchOf(panes: readonly string[]): SessionSearch {
  const [chat, ...beside] = panes;
  return {
    ...(chat === undefined ? {} : { chat }),
    ...(beside.length === 0 ? {} : { beside: beside.join(',') }),
  };
}

/** The panes with `chatId` shown in the pane that showed `instead`; a chat that has a pane keeps it. */
export function withChat(panes: readonly string[], chatId: string, instead: string | null): string[] {
  if (panes.includes(chatId)) return [...panes];
  const at = instead === null ? -1 : panes.indexOf(instead);
  return at < 0 ? [chatId, ...panes.slice(1)] : panes.with(at, chatId);
}

/** The chat to put beside these: the one that spoke last of those without a pane; null when all have one. */
export function chatToAdd(panes: readonly string[], chats: readonly Chat[]): string | null {
  const free = chats.filter(({ id }) => !panes.includes(id));
  return free.sort((a, b) => b.updatedAt - a.updatedAt)[0]?.id ?? null;
}

/** The item a step away, going round. */
export function roundFrom<T>(items: readonly T[], current: T | null, step: 1 | -1): T | null {
  if (items.length === 0) return null;
  const at = current === null ? -1 : items.indexOf(current);
  return items[(Math.max(at, 0) + step + items.length) % items.length] ?? null;
}
