import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from 'react';
import type { ChatView } from '../../live/chat-store.ts';
import { forgetPrompt, useOutbox } from '../../live/outbox.ts';
import { prepended, sentItems, type Item } from './items.ts';
import { TranscriptRows } from './transcript-rows.ts';

/** The items of a chat, and whether the newest ones came in front (the list then keeps its place from the end). */
export function useItems(chatId: string, view: ChatView): { items: readonly Item[]; shift: boolean } {
  const rows = useRef<TranscriptRows>(null);
  rows.current ??= new TranscriptRows();
  const prompts = useOutbox((state) => state.prompts);
  const { earlier, state, turns, permissions } = view;
  const { messages } = state;
  const items = useMemo((): Item[] => {
    const known = rows.current?.of({ messages: [earlier, messages], turns, permissions }) ?? [];
    const sent = sentItems(prompts, chatId, turns);
    return sent.length === 0 ? known : [...known, ...sent];
  }, [earlier, messages, turns, permissions, prompts, chatId]);

  useEffect(() => {
    for (const { id, chatId: of } of Object.values(prompts)) {
      if (of === chatId && turns[id] !== undefined) forgetPrompt(id);
    }
  }, [prompts, turns, chatId]);
  return useShift(items);
}

/** The list can take items in front or behind in one step, not both: what came behind waits for the next one. */
function useShift(items: readonly Item[]): { items: readonly Item[]; shift: boolean } {
  const before = useRef<readonly Item[]>([]);
  const [step, nextStep] = useReducer((n: number) => n + 1, 0);
  const shown = useMemo(() => {
    const count = prepended(before.current, items);
    const isBoth = count > 0 && items.length !== before.current.length + count;
    return { items: isBoth ? items.slice(0, before.current.length + count) : items, shift: count > 0 };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `step` asks once more
  }, [items, step]);
  useLayoutEffect(() => {
    before.current = shown.items;
    if (shown.items.length !== items.length) nextStep();
  }, [shown, items]);
  return shown;
}
