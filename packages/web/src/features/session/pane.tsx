import type { Chat, Session } from '@pilotlight/protocol';
import { X } from 'lucide-react';
import { markOf } from '../../live/groups.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Mark } from '../../ui/mark.tsx';
import * as words from '../../words/index.ts';
import { Composer } from '../composer/composer.tsx';
import { Transcript } from '../transcript/transcript.tsx';
import { titleOf } from './chat-tabs.tsx';
import { useSeen } from './use-seen.ts';

export interface PaneProps {
  session: Session;
  chat: Chat;
  isActive: boolean;
  /** it is the only one: it has no head of its own */
  isAlone: boolean;
  messageId: string | undefined;
  onUse(): void;
  onClose(): void;
}

/** One chat: what was said, and where to say more. */
export function Pane({ session, chat, isActive, isAlone, messageId, onUse, onClose }: PaneProps) {
  useSeen(chat.id);
  return (
    <section
      data-pane={chat.id}
      aria-label={words.session.pane(titleOf(chat))}
      onFocus={onUse}
      onPointerDown={onUse}
      className="flex min-w-0 flex-1 flex-col border-l border-line first:border-l-0"
    >
      {isAlone ? null : (
        <header
          className={cx(
            'flex h-8 shrink-0 items-center gap-2 border-b border-line pr-1 pl-4 text-small',
            isActive ? 'bg-hover text-ink' : 'text-ink-3',
          )}
        >
          <Mark mark={markOf(chat, session)} />
          <span className="min-w-0 flex-1 truncate">{titleOf(chat)}</span>
          <IconButton
            label={words.session.closePane}
            icon={<X size={14} strokeWidth={1.75} />}
            className="size-6"
            onClick={onClose}
          />
        </header>
      )}
      <Transcript chatId={chat.id} sessionId={session.id} messageId={messageId} isActive={isActive} />
      <Composer chatId={chat.id} sessionId={session.id} />
    </section>
  );
}
