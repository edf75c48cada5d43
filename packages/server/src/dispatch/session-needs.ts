import type { AgentSession } from '@pilotlight/protocol';
import type { Journal } from '../journal/journal.ts';
import type { Need, ResidentSession } from '../residency/policy.ts';
import type { Store } from '../store/store.ts';
import { holdsBack } from './hold-transitions.ts';
import type { AgentSessionDesk } from './agent-session-desk.ts';

/** The agent sessions that are not cold, each with what needs it at this moment. */
export function sessionNeeds(store: Store, journal: Journal, desk: AgentSessionDesk): ResidentSession[] {
  // What a turn wrote last may still wait for its group commit.
  journal.flush();
  const queued = new Set<string>();
  const running = new Set<string>();
  for (const { chatId, agent, state } of store.turns.open()) {
    // What is on hold may wait for days, and no process helps it.
    if (state === 'queued' && holdsBack(store.chats.get(chatId)?.hold ?? null, agent)) continue;
    (state === 'queued' ? queued : running).add(`${chatId}/${agent}`);
  }
  const asked = new Set(
    store.permissions.list({ state: 'pending' }).map(({ chatId, agent }) => `${chatId}/${agent}`),
  );
  const needOf = (row: AgentSession): Need | null => {
    const key = `${row.chatId}/${row.agent}`;
    if (asked.has(key)) return 'question';
    if (running.has(key) || row.state === 'busy') return 'turn';
    if (queued.has(key)) return 'queue';
    if (row.state !== 'ready') return 'opening';
    return row.pinned ? 'pinned' : null;
  };
  return store.agentSessions.resident().map((row) => ({
    chatId: row.chatId,
    agent: row.agent,
    lastUsedAt: desk.lastUsedAt(row),
    need: needOf(row),
  }));
}
