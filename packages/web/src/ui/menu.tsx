import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './class-names.ts';
import { Keys } from './keys.tsx';

export interface MenuItem {
  label: string;
  icon?: ReactNode;
  keys?: string | undefined;
  danger?: boolean;
  disabled?: boolean;
  onSelect(): void;
}

/** A button that opens a list of actions; `null` between items draws a line. */
export function Menu({ trigger, items }: { trigger: ReactElement; items: (MenuItem | null)[] }) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="start" className="z-50">
          <Base.Popup className="min-w-44 rounded-lg border border-line bg-overlay p-1 shadow-pop outline-none">
            {items.map((item, at) =>
              item === null ? (
                <Base.Separator key={at} className="my-1 h-px bg-line" />
              ) : (
                <Base.Item
                  key={item.label}
                  onClick={item.onSelect}
                  disabled={item.disabled ?? false}
                  className={cx(
                    'flex h-7 items-center gap-2 rounded-md px-2 outline-none pointer-coarse:h-11',
                    'data-[disabled]:opacity-45 data-[highlighted]:bg-active',
                    item.danger === true ? 'text-bad' : 'text-ink',
                  )}
                >
                  {item.icon === undefined ? null : <span className="text-ink-3">{item.icon}</span>}
                  <span className="flex-1">{item.label}</span>
                  {item.keys === undefined ? null : <Keys keys={item.keys} />}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
