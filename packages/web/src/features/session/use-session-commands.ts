import type { Chat } from '@pilotlight/protocol';
import { useCommands, type Command } from '../../app/commands.ts';
import * as words from '../../words/index.ts';
import { roundFrom } from './panes.ts';

export interface SessionCommands {
  chats: readonly Chat[];
  panes: readonly string[];
  active: Chat | null;
  show(chatId: string): void;
  newChat(): void;
  closeChat(chat: Chat): void;
  renameChat(chat: Chat): void;
  split(): void;
  closePane(chatId: string): void;
  toggleSide(): void;
  review(): void;
  rename(): void;
  permissions(): void;
  ignoredFiles(): void;
}

/** Offers what can be done in a session. */
export function useSessionCommands(o: SessionCommands): void {
  const w = words.session.commands;
  const { chats, panes, active } = o;
  const ids = chats.map(({ id }) => id);
  const command = (id: string, title: string, keys: string | null, run: () => void): Command => ({
    id: `session.${id}`,
    title,
    group: words.session.group,
    ...(keys === null ? {} : { keys, inFields: true }),
    run,
  });
  const move = (step: 1 | -1) => {
    const id = roundFrom(ids, active?.id ?? null, step);
    if (id !== null) o.show(id);
  };
  const movePane = (step: 1 | -1) => {
    const id = roundFrom(panes, active?.id ?? null, step);
    if (id !== null) focusPane(id);
  };
  const ofChat = (run: (chat: Chat) => void) => () => {
    if (active !== null) run(active);
  };
  useCommands([
    command('new-chat', w.newChat, 'Alt+KeyT', o.newChat),
    command('close-chat', w.closeChat, 'Alt+KeyW', ofChat(o.closeChat)),
    command('rename-chat', w.renameChat, null, ofChat(o.renameChat)),
    command('next-chat', w.nextChat, 'Alt+BracketRight', () => move(1)),
    command('previous-chat', w.previousChat, 'Alt+BracketLeft', () => move(-1)),
    command('split', w.split, '$mod+Backslash', o.split),
    command('next-pane', w.nextPane, 'F6', () => movePane(1)),
    command('previous-pane', w.previousPane, 'Shift+F6', () => movePane(-1)),
    ...(panes.length > 1
      ? [
          command(
            'close-pane',
            w.closePane,
            null,
            ofChat(({ id }) => o.closePane(id)),
          ),
        ]
      : []),
    command('toggle-side', w.toggleSide, '$mod+Alt+KeyB', o.toggleSide),
    command('review', w.review, '$mod+Alt+KeyR', o.review),
    command('rename', w.rename, null, o.rename),
    command('permissions', words.policies.command, null, o.permissions),
    command('ignored-files', words.checkpoints.ignored.command, null, o.ignoredFiles),
  ]);
}

/** Takes the focus to where a pane is written to. */
function focusPane(chatId: string): void {
  const pane = document.querySelector(`[data-pane="${CSS.escape(chatId)}"]`);
  (pane?.querySelector<HTMLElement>('textarea') ?? pane?.querySelector<HTMLElement>('[role=log]'))?.focus();
}
