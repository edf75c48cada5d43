import type { Chat } from '@pilotlight/protocol';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import * as words from '../../words/index.ts';
import { titleOf } from './chat-tabs.tsx';

/** Whether closing the chat would lose something that was said. */
export function hasMessages(chat: Chat): boolean {
  return chat.lastTurnState !== null || chat.activity !== 'idle' || chat.lastLine !== '';
}

/** Asks before a chat with messages is closed: that deletes it. */
export function CloseChat({
  chat,
  onClose,
  onConfirm,
}: {
  chat: Chat | null;
  onClose(): void;
  onConfirm(chat: Chat): void;
}) {
  const w = words.session;
  return (
    <Dialog
      open={chat !== null}
      onClose={onClose}
      title={chat === null ? w.closeChat : w.closeChatNamed(titleOf(chat))}
      description={w.closeChatWhy}
      className="phone:w-[420px]"
    >
      <footer className="flex justify-end gap-2 px-4 py-3">
        <Button onClick={onClose}>{words.common.cancel}</Button>
        <Button look="danger" onClick={() => chat !== null && onConfirm(chat)}>
          {w.closeChat}
        </Button>
      </footer>
    </Dialog>
  );
}
