import type { Chat, Session } from '@pilotlight/protocol';
import { Columns2, Plus, X } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useKeysOf } from '../../app/commands.ts';
import { markOf } from '../../live/groups.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Mark } from '../../ui/mark.tsx';
import { Picker } from '../../ui/picker.tsx';
import * as words from '../../words/index.ts';
import { useAgents } from '../composer/use-agents.ts';
import { EditableTitle } from './editable-title.tsx';

export interface ChatTabsProps {
  session: Session;
  chats: readonly Chat[];
  /** the chats that have a pane */
  panes: readonly string[];
  active: string | null;
  renaming: string | null;
  canSplit: boolean;
  onSelect(chatId: string): void;
  onRenaming(chatId: string | null): void;
  onRename(chatId: string, title: string): void;
  onClose(chat: Chat): void;
  onNew(agent: string): void;
  onSplit(): void;
}

/** The chats of a session as tabs: arrows move, Enter shows, F2 renames, Delete closes. */
export function ChatTabs(props: ChatTabsProps) {
  const { session, chats, panes, active, renaming, canSplit, onSelect, onRenaming, onRename, onClose } =
    props;
  const list = useRef<HTMLDivElement>(null);
  const splitKeys = useKeysOf('session.split');
  const w = words.session;

  useEffect(() => {
    list.current
      ?.querySelector('[aria-selected=true]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent, chat: Chat, at: number) => {
    const to = {
      ArrowRight: chats[(at + 1) % chats.length],
      ArrowLeft: chats[(at - 1 + chats.length) % chats.length],
      Home: chats[0],
      End: chats.at(-1),
    }[event.key];
    if (to !== undefined) {
      onSelect(to.id);
      list.current?.querySelector<HTMLElement>(`[data-chat="${to.id}"]`)?.focus();
    } else if (event.key === 'Delete') onClose(chat);
    else if (event.key === 'F2') onRenaming(chat.id);
    else return;
    event.preventDefault();
  };

  return (
    <div className="flex h-9 shrink-0 items-center border-b border-line pr-2 pl-2 pointer-coarse:h-12">
      <div
        ref={list}
        role="tablist"
        aria-label={w.chats}
        className="flex min-w-0 items-center gap-0.5 overflow-x-auto [scrollbar-width:none]"
      >
        {chats.map((chat, at) => (
          <EditableTitle
            key={chat.id}
            value={titleOf(chat)}
            label={w.chatField}
            isEditing={renaming === chat.id}
            onDone={(title) => {
              onRenaming(null);
              if (title !== null) onRename(chat.id, title);
            }}
            className="w-48 shrink-0"
          >
            <button
              type="button"
              role="tab"
              data-chat={chat.id}
              aria-selected={chat.id === active}
              tabIndex={chat.id === active || (active === null && at === 0) ? 0 : -1}
              onClick={() => onSelect(chat.id)}
              onDoubleClick={() => onRenaming(chat.id)}
              onAuxClick={(event) => event.button === 1 && onClose(chat)}
              onKeyDown={(event) => onKeyDown(event, chat, at)}
              className={cx(
                'group/tab flex h-7 max-w-56 shrink-0 items-center gap-2 rounded-md pr-1 pl-2 pointer-coarse:h-11 pointer-coarse:pr-2',
                'focus-visible:-outline-offset-2',
                chat.id === active
                  ? 'bg-active text-ink'
                  : panes.includes(chat.id)
                    ? 'bg-hover text-ink-2'
                    : 'text-ink-3 hover:bg-hover hover:text-ink-2',
              )}
            >
              <Mark mark={markOf(chat, session)} />
              <span className={cx('truncate', chat.unseen && 'font-medium text-ink')}>{titleOf(chat)}</span>
              {chat.unseen ? <span className="sr-only">{w.unseen}</span> : null}
              {/* For the mouse; the keyboard has Delete. */}
              <span
                aria-hidden
                title={w.closeChat}
                onClick={(event) => {
                  event.stopPropagation();
                  onClose(chat);
                }}
                className={cx(
                  'inline-flex size-5 shrink-0 items-center justify-center rounded-sm hover:bg-line pointer-coarse:hidden',
                  chat.id === active ? '' : 'opacity-0 group-hover/tab:opacity-100',
                )}
              >
                <X size={13} strokeWidth={1.75} />
              </span>
            </button>
          </EditableTitle>
        ))}
      </div>
      <NewChat agent={chats.find(({ id }) => id === active)?.agent ?? null} onNew={props.onNew} />
      <span className="flex-1" />
      {canSplit ? (
        <IconButton
          label={panes.length > 2 ? w.splitFull : w.split}
          keys={splitKeys}
          disabled={panes.length > 2}
          icon={<Columns2 size={16} strokeWidth={1.75} />}
          onClick={props.onSplit}
        />
      ) : null}
    </div>
  );
}

/** What a chat is called on its tab. */
export function titleOf(chat: Chat): string {
  return chat.title || words.session.untitledChat;
}

function NewChat({ agent, onNew }: { agent: string | null; onNew(agent: string): void }) {
  const agents = useAgents();
  const keys = useKeysOf('session.new-chat');
  const w = words.session;
  return (
    <Picker
      trigger={<IconButton label={w.newChat} keys={keys} icon={<Plus size={16} strokeWidth={1.75} />} />}
      label={w.newChatWith}
      placeholder={w.findAgent}
      empty={w.noAgent}
      selectedId={agent}
      items={agents
        .toSorted((a, b) => Number(b.state === 'found') - Number(a.state === 'found'))
        .map(({ id, name, state }) => ({
          id,
          name,
          text: `${name} ${id}`,
          ...(state === 'found' ? {} : { detail: w.missing, disabled: true }),
        }))}
      onSelect={onNew}
    />
  );
}
