import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';

/** The button of a picker: an icon and what is chosen. */
export function PickerTrigger({ icon, children, ...rest }: { icon: ReactNode; children: ReactNode }) {
  return (
    <Button {...rest} icon={icon}>
      <span className="max-w-44 truncate">{children}</span>
      <ChevronDown size={12} strokeWidth={2} className="text-ink-3" />
    </Button>
  );
}
