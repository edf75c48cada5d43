import type { Turn } from '@pilotlight/protocol';
import { CornerDownRight, Ellipsis, GripVertical, Paperclip, Pencil, Trash2 } from 'lucide-react';
import { useState, type DOMAttributes, type KeyboardEvent } from 'react';
import { useViewport } from '../../app/viewport.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Menu } from '../../ui/menu.tsx';
import * as words from '../../words/index.ts';
import { promptText } from './chat-facts.ts';
import { sendNow } from './queue-actions.ts';
import { attachmentCount, editableText } from './queue-edit.ts';
import { QueueEditor } from './queue-editor.tsx';

export interface QueueRowProps {
  turn: Turn;
  agent: string;
  /** from 0 */
  place: number;
  count: number;
  /** pixels from its place while rows are dragged */
  offset: number | null;
  isDragged: boolean;
  grip: DOMAttributes<HTMLElement>;
  onMove(to: number): void;
  onDelete(): void;
}

const ICON = { size: 14, strokeWidth: 1.75 };

/** One prompt that waits: its first line, and what can be done with it. */
export function QueueRow(props: QueueRowProps) {
  const { turn, agent, place, count, offset, isDragged, grip, onMove, onDelete } = props;
  const [isEditing, setEditing] = useState(false);
  const isPhone = useViewport() === 'phone';
  const text = promptText(turn.prompt ?? []);
  const attachments = attachmentCount(turn);
  const canEdit = editableText(turn) !== null;
  const shownText = text === '' ? words.composer.onlyAttachments : text;
  const edit = (): void => setEditing(canEdit);

  const onGripKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    onMove(place + step);
  };
  const onTextKey = (event: KeyboardEvent): void => {
    if (event.altKey) onGripKey(event);
    else if (event.key === 'Delete' || event.key === 'Backspace') onDelete();
  };

  if (isEditing) {
    return (
      <li>
        <QueueEditor turn={turn} onClose={() => setEditing(false)} />
      </li>
    );
  }
  return (
    <li
      style={offset === null ? undefined : { transform: `translateY(${offset}px)` }}
      className={cx(
        'group relative flex h-8 items-center gap-1 rounded-md pr-1 pointer-coarse:h-11',
        isDragged ? 'z-10 border border-line bg-overlay shadow-pop' : 'focus-within:bg-hover hover:bg-hover',
        offset !== null && !isDragged && 'transition-transform',
      )}
    >
      <button
        type="button"
        aria-label={words.composer.move(shownText)}
        onKeyDown={onGripKey}
        {...grip}
        className="inline-flex h-full w-5 shrink-0 cursor-grab touch-none items-center justify-center rounded-sm text-ink-3 pointer-coarse:w-8"
      >
        <GripVertical {...ICON} />
      </button>
      <button
        type="button"
        data-text
        title={canEdit ? words.composer.edit : words.composer.tooLongToEdit}
        onClick={edit}
        onKeyDown={onTextKey}
        className="h-full min-w-0 flex-1 truncate rounded-sm text-left text-ink"
      >
        {shownText}
      </button>
      {turn.agent === agent ? null : (
        <span className="shrink-0 text-small text-ink-3">{words.composer.forAgent(turn.agent)}</span>
      )}
      {attachments === 0 ? null : (
        <span
          title={words.composer.withAttachments(attachments)}
          className="inline-flex shrink-0 items-center gap-1 text-small text-ink-3"
        >
          <Paperclip {...ICON} aria-hidden />
          <span aria-hidden>{attachments}</span>
          <span className="sr-only">{words.composer.withAttachments(attachments)}</span>
        </span>
      )}
      {isPhone ? (
        <Menu
          trigger={
            <IconButton label={words.composer.actions} icon={<Ellipsis size={16} strokeWidth={1.75} />} />
          }
          items={[
            { label: words.composer.sendNow, onSelect: () => void sendNow(turn) },
            { label: words.composer.edit, onSelect: edit, disabled: !canEdit },
            { label: words.composer.moveUp, onSelect: () => onMove(place - 1), disabled: place === 0 },
            {
              label: words.composer.moveDown,
              onSelect: () => onMove(place + 1),
              disabled: place === count - 1,
            },
            null,
            { label: words.composer.delete, onSelect: onDelete, danger: true },
          ]}
        />
      ) : (
        <span className="flex opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
          <IconButton
            label={words.composer.sendNow}
            icon={<CornerDownRight {...ICON} />}
            onClick={() => void sendNow(turn)}
          />
          <IconButton
            label={canEdit ? words.composer.edit : words.composer.tooLongToEdit}
            icon={<Pencil {...ICON} />}
            onClick={edit}
            disabled={!canEdit}
          />
          <IconButton label={words.composer.delete} icon={<Trash2 {...ICON} />} onClick={onDelete} />
        </span>
      )}
    </li>
  );
}
