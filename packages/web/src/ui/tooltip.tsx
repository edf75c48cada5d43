import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement } from 'react';
import { Keys } from './keys.tsx';

export interface TooltipProps {
  label: string;
  keys?: string | undefined;
  children: ReactElement;
}

/** Says what an icon does, on hover and on focus. The child must take a ref and props. */
export function Tooltip({ label, keys, children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="z-50">
          <Base.Popup className="flex items-center gap-2 rounded-md border border-line bg-overlay px-2 py-1 text-small text-ink shadow-pop">
            {label}
            {keys === undefined ? null : <Keys keys={keys} />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
