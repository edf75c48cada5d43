import type { Turn } from '@pilotlight/protocol';
import { useEffect, useRef } from 'react';
import type { ChatView } from '../../live/chat-store.ts';
import { announce } from '../../ui/announce.ts';
import * as words from '../../words/index.ts';
import { isActive, isOver } from './transcript-rows.ts';

/** Tells a screen reader once when an answer is complete and when something is asked; never what streams. */
export function useAnnouncements({ isLoaded, turns, permissions, state }: ChatView): void {
  const active = useRef<ReadonlySet<string>>(new Set());
  const lastLine = useRef('');
  lastLine.current = state.chat?.lastLine ?? '';
  useEffect(() => {
    for (const id of active.current) {
      const turn = turns[id];
      if (turn !== undefined && isOver(turn)) announce(endWords(turn, lastLine.current));
    }
    active.current = new Set(
      Object.values(turns)
        .filter(isActive)
        .map(({ id }) => id),
    );
  }, [turns]);

  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!isLoaded) return;
    const pending = Object.values(permissions).filter((permission) => permission.state === 'pending');
    for (const { id, title } of pending) {
      if (known.current !== null && !known.current.has(id))
        announce(words.transcript.announce.question(title));
    }
    known.current = new Set(pending.map(({ id }) => id));
  }, [isLoaded, permissions]);
}

function endWords(turn: Turn, lastLine: string): string {
  const { announce: said } = words.transcript;
  if (turn.state === 'completed') return said.done(turn.agent, lastLine);
  return said.ended(turn.agent, words.transcript.turn[turn.state === 'failed' ? 'failed' : 'cancelled']);
}
