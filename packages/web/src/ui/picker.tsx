import { Popover } from '@base-ui/react/popover';
import { Check } from 'lucide-react';
import { useState, type ReactElement, type ReactNode } from 'react';
import { cx } from './class-names.ts';
import { SearchList, type SearchListItem } from './search-list.tsx';

export interface PickerItem extends SearchListItem {
  name: string;
  /** quiet, behind or under the name */
  detail?: string | undefined;
  icon?: ReactNode;
  /** shows all of `detail`, in as many lines as it takes */
  wrap?: boolean;
}

export interface PickerProps {
  trigger: ReactElement;
  label: string;
  placeholder: string;
  empty: string;
  items: readonly PickerItem[];
  selectedId: string | null;
  onSelect(id: string): void;
  /** what is typed as an item of its own, behind what matches */
  typed?(query: string): PickerItem | null;
}

/** A button that opens a searchable list of which one is chosen. */
export function Picker(props: PickerProps) {
  const { trigger, label, placeholder, empty, items, selectedId, onSelect, typed } = props;
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="start" className="z-50">
          <Popover.Popup
            aria-label={label}
            className="flex max-h-80 w-72 flex-col overflow-hidden rounded-lg border border-line bg-overlay shadow-pop outline-none"
          >
            <SearchList
              items={items}
              label={label}
              placeholder={placeholder}
              empty={empty}
              selectedId={selectedId}
              typed={typed}
              onSelect={(item) => {
                onSelect(item.id);
                setOpen(false);
              }}
              render={(item) => (
                <>
                  {item.icon}
                  <span className="min-w-0 flex-1">
                    <span className="block truncate">{item.name}</span>
                    {item.detail === undefined ? null : (
                      <span className={cx('block text-small text-ink-3', item.wrap !== true && 'truncate')}>
                        {item.detail}
                      </span>
                    )}
                  </span>
                  {item.id === selectedId ? <Check size={14} className="shrink-0 text-flame-ink" /> : null}
                </>
              )}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
