import type { Turn } from '@pilotlight/protocol';
import type { Announcer } from './announcer.ts';
import type { ChatFacts } from './chat-facts.ts';
import { interruption } from './interruption.ts';
import { TurnRecord, type TurnEnd } from './turn-record.ts';

/** What an earlier server left, by what is to be done about it. */
export interface Unfinished {
  /** ran when it died */
  running: Turn[];
  /** chats in which prompts wait */
  waiting: string[];
}

/** At start, before a process of an earlier server is taken over. */
export function unfinished(announcer: Announcer): Unfinished {
  const open = announcer.store.turns.open();
  return {
    running: open.filter(({ state }) => state !== 'queued'),
    waiting: [...new Set(open.flatMap((turn) => (turn.state === 'queued' ? [turn.chatId] : [])))],
  };
}

/**
 * Agent sessions whose process was not taken over hold none any more. Clients of the earlier server, who go on from where
 * they were, hear of it. `isLive`: whether the process of a (chat, agent) was.
 */
export function coolDown(announcer: Announcer, isLive: (chatId: string, agent: string) => boolean): void {
  const { store, journal, now } = announcer;
  const gone = store.agentSessions.resident().filter(({ chatId, agent }) => !isLive(chatId, agent));
  if (gone.length === 0) return;
  journal.commit((scope) => {
    for (const row of gone) {
      const why = 'The server was started anew';
      announcer.agentSession(scope, { ...row, state: 'cold', why, updatedAt: now() });
    }
  });
}

/**
 * Where no process can have outlived the server (the machine itself went down): every turn that ran becomes interrupted, with
 * everything that was said; its questions are released. Answers the chats in which prompts wait.
 */
export function interruptAll(announcer: Announcer, facts: ChatFacts, parts: TurnEnd): string[] {
  coolDown(announcer, () => false);
  for (const turn of unfinished(announcer).running) {
    const record = TurnRecord.takeUp(announcer, facts, turn);
    record.end(
      { ok: false, error: interruption('rebooted', turn.agent) },
      new AbortController().signal,
      parts,
    );
  }
  return unfinished(announcer).waiting;
}
