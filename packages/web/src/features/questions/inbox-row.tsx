import type { Permission } from '@pilotlight/protocol';
import { useIndex } from '../../live/index-store.ts';
import { cx } from '../../ui/class-names.ts';
import { Mark } from '../../ui/mark.tsx';
import { Ago } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { visibleText } from './visible-text.ts';

export interface InboxRowProps {
  permission: Permission;
  isSelected: boolean;
  isTabStop: boolean;
  onSelect(): void;
}

/** One open question in the list: what, who, where, since when. */
export function InboxRow({ permission, isSelected, isTabStop, onSelect }: InboxRowProps) {
  const { id, chatId, agent, title, createdAt } = permission;
  const where = useIndex(({ projects, sessions, chats }) => {
    const session = sessions[chats[chatId]?.sessionId ?? ''];
    const project = projects[session?.projectId ?? '']?.name ?? '';
    return words.questions.where(project, session?.title || words.questions.untitledSession, '');
  });
  return (
    <li>
      <button
        type="button"
        data-row={id}
        tabIndex={isTabStop ? 0 : -1}
        aria-current={isSelected}
        onClick={onSelect}
        className={cx(
          'flex w-full gap-2.5 rounded-md -outline-offset-2 px-3 py-2 text-left transition-colors',
          isSelected ? 'bg-active' : 'hover:bg-hover',
        )}
      >
        <span className="flex h-5 items-center">
          <Mark mark="question" />
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex gap-2">
            <span className="min-w-0 flex-1 truncate text-ink">
              {visibleText(title.split('\n', 1)[0] ?? '')}
            </span>
            <span className="shrink-0 text-small leading-5 text-ink-3">
              <Ago at={createdAt} />
            </span>
          </span>
          <span className="block truncate text-small text-ink-3">
            {agent} · {where}
          </span>
        </span>
      </button>
    </li>
  );
}
