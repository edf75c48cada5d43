import type { Message, Turn } from '@pilotlight/protocol';
import { useMemo } from 'react';
import { useChatPart } from '../../live/use-chat.ts';
import { isTurn, type Scope } from './scope.ts';

export interface TurnChoice {
  scope: Scope;
  /** the beginning of what was asked */
  prompt: string;
  createdAt: number;
}

/** The turns of a chat that have begun, as far as the page knows them, the newest first. */
export function useTurns(chatId: string): readonly TurnChoice[] {
  const turns = useChatPart(chatId, (view) => view.turns);
  const messages = useChatPart(chatId, ({ state }) => state.messages);
  const earlier = useChatPart(chatId, (view) => view.earlier);
  return useMemo(
    () => turnChoices(Object.values(turns), [...earlier, ...messages]),
    [turns, earlier, messages],
  );
}

export function turnChoices(turns: readonly Turn[], messages: readonly Message[]): TurnChoice[] {
  const prompts = new Map(messages.map((message) => [message.id, message]));
  return turns
    .filter(({ state }) => state !== 'queued')
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .flatMap(({ id, messageId, createdAt }) => {
      const said = prompts.get(messageId ?? '')?.parts.find((part) => part.type === 'text');
      return isTurn(id)
        ? [{ scope: id, prompt: said?.text.trim().split('\n')[0]?.slice(0, 120) ?? id, createdAt }]
        : [];
    });
}
