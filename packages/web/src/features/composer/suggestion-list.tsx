import { useEffect, useRef } from 'react';
import { cx } from '../../ui/class-names.ts';
import type { Suggestion, Suggestions } from './suggestions.ts';

export interface SuggestionListProps extends Suggestions {
  id: string;
  label: string;
  active: number;
  onActive(index: number): void;
  onPick(item: Suggestion): void;
}

/** The list over the field; the field keeps the focus and moves in it. */
export function SuggestionList({ id, label, items, note, active, onActive, onPick }: SuggestionListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`[data-at="${active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div className="absolute inset-x-0 bottom-full z-30 mb-1 flex max-h-72 flex-col overflow-hidden rounded-lg border border-line bg-overlay shadow-pop">
      <div
        ref={list}
        id={id}
        role="listbox"
        aria-label={label}
        className={cx('min-h-0 overflow-y-auto', items.length > 0 && 'p-1')}
      >
        {items.map((item, index) => (
          <div
            key={item.id}
            id={`${id}-${index}`}
            data-at={index}
            role="option"
            aria-selected={index === active}
            onPointerMove={() => onActive(index)}
            // The field would lose the focus to a press.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onPick(item)}
            className={cx(
              'flex min-h-7 items-baseline gap-2 rounded-md px-2 py-1 pointer-coarse:min-h-11 pointer-coarse:items-center',
              index === active && 'bg-active',
            )}
          >
            <span className="w-2/5 shrink-0 truncate font-mono text-code">
              <span className="text-ink">{item.name}</span>
              {item.hint === undefined ? null : <span className="text-ink-3"> {item.hint}</span>}
            </span>
            {item.detail === undefined ? null : (
              <span className="min-w-0 flex-1 truncate text-ink-3">{item.detail}</span>
            )}
          </div>
        ))}
      </div>
      {note === null ? null : (
        <p className={cx('px-3 py-2 text-small text-ink-3', items.length > 0 && 'border-t border-line')}>
          {note}
        </p>
      )}
    </div>
  );
}
