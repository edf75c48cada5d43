import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { cx } from './class-names.ts';
import { matching } from './search.ts';

export interface SearchListItem {
  id: string;
  /** what is searched */
  text: string;
  /** heading it stands under while nothing is typed */
  group?: string | undefined;
  /** shown, but cannot be taken */
  disabled?: boolean | undefined;
}

export interface SearchListProps<T extends SearchListItem> {
  items: readonly T[];
  label: string;
  placeholder: string;
  /** said when nothing matches */
  empty: string;
  render(item: T): ReactNode;
  onSelect(item: T): void;
  /** marked as what is in force */
  selectedId?: string | null;
  /** called with what is typed; given when the items are searched elsewhere (then they are shown as they come) */
  onQuery?(query: string): void;
  /** what is typed as an item of its own, behind what matches; null: it could not be one */
  typed?: ((query: string) => T | null) | undefined;
  className?: string;
}

/** A field and the list it filters: arrows move, Enter takes, the field keeps the focus. */
export function SearchList<T extends SearchListItem>(props: SearchListProps<T>) {
  const { items, label, placeholder, empty, render, onSelect, selectedId, onQuery, typed, className } = props;
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = onQuery === undefined ? matching(items, query, (item) => item.text) : items;
  const own = query.trim() === '' ? null : (typed?.(query.trim()) ?? null);
  const shown = own === null || found.some((item) => item.id === own.id) ? found : [...found, own];
  const active = Math.min(at, shown.length - 1);
  const groups = query === '' || onQuery !== undefined;

  useEffect(() => {
    list.current?.querySelector(`[data-at="${active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const item = shown[active];
    if (step !== 0 && shown.length > 0) setAt((active + step + shown.length) % shown.length);
    else if (event.key === 'Enter' && item !== undefined && !event.nativeEvent.isComposing) {
      if (item.disabled !== true) onSelect(item);
    } else return;
    event.preventDefault();
  };

  return (
    <div className={cx('flex min-h-0 flex-col', className)}>
      <input
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-label={label}
        aria-activedescendant={active < 0 ? undefined : `${id}-${active}`}
        placeholder={placeholder}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
          onQuery?.(event.target.value);
        }}
        onKeyDown={onKeyDown}
        className="h-10 shrink-0 border-b border-line bg-transparent px-3 text-ui outline-none"
      />
      <div
        ref={list}
        id={id}
        role="listbox"
        aria-label={label}
        className="min-h-0 flex-1 overflow-y-auto p-1"
      >
        {shown.length === 0 ? <p className="px-2 py-3 text-ink-3">{empty}</p> : null}
        {shown.map((item, index) => (
          <div key={item.id} role="presentation">
            {groups && item.group !== undefined && item.group !== shown[index - 1]?.group ? (
              <div className="px-2 pt-2 pb-1 text-micro text-ink-3">{item.group}</div>
            ) : null}
            <div
              id={`${id}-${index}`}
              data-at={index}
              role="option"
              aria-selected={index === active}
              aria-checked={item.id === selectedId}
              aria-disabled={item.disabled}
              onPointerMove={() => setAt(index)}
              onClick={() => item.disabled !== true && onSelect(item)}
              className={cx(
                'flex min-h-7 items-center gap-2 rounded-md px-2 py-1 pointer-coarse:min-h-11',
                index === active && 'bg-active',
                item.disabled === true && 'text-ink-3',
              )}
            >
              {render(item)}
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
