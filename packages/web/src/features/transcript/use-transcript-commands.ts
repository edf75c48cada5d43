import type { RefObject } from 'react';
import { useCommands, type Command } from '../../app/commands.ts';
import { chatStore } from '../../live/chat-store.ts';
import { toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { lastAnswer, neighbour, type Item } from './items.ts';
import { copy } from './message-actions.tsx';
import type { Reading } from './use-reading.ts';

export interface TranscriptCommands {
  chatId: string;
  isActive: boolean;
  items: RefObject<readonly Item[]>;
  reading: Reading;
  onFind(): void;
}

/** Offers what can be done in a transcript. */
export function useTranscriptCommands({
  chatId,
  isActive,
  items,
  reading,
  onFind,
}: TranscriptCommands): void {
  const { scroller, list, toItem, toEnd } = reading;
  const w = words.transcript.commands;

  /** The row with the focus, else the one at the top. */
  const current = (): number => {
    const key = document.activeElement?.closest('[data-row]')?.getAttribute('data-row');
    const focused =
      key === undefined || key === null ? -1 : items.current.findIndex((item) => item.key === key);
    const top = list.current?.findItemIndex((scroller.current?.scrollTop ?? 0) + 49) ?? 0;
    return focused >= 0 && scroller.current?.contains(document.activeElement) === true ? focused : top;
  };
  const go = (step: 1 | -1, what: 'message' | 'tool') => {
    const index = neighbour(items.current, current(), step, what);
    const key = items.current[index]?.key;
    if (key === undefined) {
      if (step === 1) toEnd();
      return;
    }
    toItem(index);
    focusRow(key, what === 'tool');
  };
  const focusRow = (key: string, isTool: boolean, tries = 10) => {
    requestAnimationFrame(() => {
      const row = scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`) ?? null;
      const target = isTool ? row?.querySelector<HTMLElement>('[data-tool]') : row;
      if (target) target.focus({ preventScroll: true });
      else if (tries > 0) focusRow(key, isTool, tries - 1);
    });
  };

  const command = (id: string, title: string, keys: string | null, run: () => void): Command => ({
    id: `transcript.${id}`,
    title,
    group: w.group,
    ...(keys === null ? {} : { keys }),
    run,
  });
  const commands = [
    command('next-message', w.nextMessage, 'j', () => go(1, 'message')),
    command('previous-message', w.previousMessage, 'k', () => go(-1, 'message')),
    command('next-tool', w.nextTool, 't', () => go(1, 'tool')),
    command('previous-tool', w.previousTool, 'Shift+KeyT', () => go(-1, 'tool')),
    command('latest', w.latest, '$mod+End', toEnd),
    { ...command('find', w.find, '$mod+KeyF', onFind), inFields: true },
    command('copy-answer', w.copyAnswer, 'y', () => {
      const answer = lastAnswer(chatStore(chatId).view.value);
      if (answer === '') toast(words.transcript.nothingToCopy);
      else copy(answer);
    }),
  ];
  useCommands(isActive ? commands : []);
}
