import { useEffect, useState, type RefObject } from 'react';
import { useCommands, type Command } from '../../app/commands.ts';
import { chatStore } from '../../live/chat-store.ts';
import * as words from '../../words/index.ts';
import { runningTurn } from './chat-facts.ts';
import { paneOf } from './pane.ts';
import { stopTurn } from './stopping.ts';

const titles = words.composer.commandTitles;

/** Offers what can be done in this pane while it is the one that was used last. */
export function useComposerCommands(
  root: RefObject<HTMLElement | null>,
  field: RefObject<HTMLTextAreaElement | null>,
  chatId: string,
): void {
  const isLast = useIsLastUsed(root);
  const press = (selector: string): void => root.current?.querySelector<HTMLElement>(selector)?.click();
  const command = (id: string, title: string, run: () => void, keys?: string): Command => ({
    id: `composer.${id}`,
    title,
    group: words.composer.group,
    ...(keys === undefined ? {} : { keys, inFields: true }),
    run,
  });
  const commands = [
    command('focus', titles.focus, () => field.current?.focus(), '$mod+KeyJ'),
    command(
      'stop',
      titles.stop,
      () => {
        const turn = runningTurn(chatStore(chatId).view.value);
        if (turn !== null) stopTurn(chatId, turn.id);
      },
      '$mod+Period',
    ),
    command('attach', titles.attach, () => press('[data-attach]')),
    command('agent', titles.agent, () => press('[data-picker=agent]')),
    command('model', titles.model, () => press('[data-picker=model]')),
    command('mode', titles.mode, () => press('[data-picker=mode]')),
    command('thinking', titles.thinking, () => press('[data-picker=thought_level]')),
  ];
  useCommands(isLast ? commands : []);
}

let lastUsed: Element | null = null;
const watchers = new Set<() => void>();

function used(pane: Element): void {
  if (pane === lastUsed) return;
  lastUsed = pane;
  for (const each of watchers) each();
}

/** Of several panes, the one that had the focus or a press last. */
function useIsLastUsed(root: RefObject<HTMLElement | null>): boolean {
  const [isLast, setIsLast] = useState(false);
  useEffect(() => {
    if (root.current === null) return;
    const pane = paneOf(root.current);
    const listening = new AbortController();
    const look = (): void => setIsLast(lastUsed === pane);
    watchers.add(look);
    for (const type of ['focusin', 'pointerdown']) {
      pane.addEventListener(type, () => used(pane), { signal: listening.signal });
    }
    if (lastUsed === null || !lastUsed.isConnected) used(pane);
    look();
    return () => {
      watchers.delete(look);
      listening.abort();
    };
  }, [root]);
  return isLast;
}
