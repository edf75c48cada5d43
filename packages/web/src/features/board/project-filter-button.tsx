import { ChevronDown } from 'lucide-react';
import { Button, type ButtonProps } from '../../ui/button.tsx';

/** What opens the choice of projects, and what is shown until its code is there. */
export function ProjectFilterButton({ name, ...rest }: ButtonProps & { name: string }) {
  return (
    <Button {...rest}>
      <span className="max-w-40 truncate">{name}</span>
      <ChevronDown size={14} strokeWidth={1.75} className="text-ink-3" />
    </Button>
  );
}
