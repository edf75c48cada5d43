import { Ellipsis, KeyRound, Pencil, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Switch } from '../../ui/switch.tsx';
import * as words from '../../words/index.ts';

const ICON = { size: 14, strokeWidth: 1.75 };
const text = words.tasks;

export interface SourceRowProps {
  name: string;
  /** beside the name: when, or where */
  detail: ReactNode;
  /** below it: what became of it last */
  about: ReactNode;
  enabled: boolean;
  onEnable(enabled: boolean): void;
  onEdit(): void;
  onRemove(): void;
  onNewSecret?: () => void;
}

/** What makes tasks, as a line: a schedule or a trigger. */
export function SourceRow(props: SourceRowProps) {
  const { name, detail, about, enabled, onEnable, onEdit, onRemove, onNewSecret } = props;
  return (
    <li className="flex items-center gap-3 border-b border-line py-2 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <span className="truncate font-medium">{name}</span>
          <span className="truncate font-mono text-small text-ink-2">{detail}</span>
        </p>
        <p className="truncate text-small text-ink-3">{about}</p>
      </div>
      <Switch bare label={text.enabled(name)} checked={enabled} onChange={onEnable} />
      <Menu
        trigger={<IconButton label={text.actions(name)} icon={<Ellipsis size={16} strokeWidth={1.75} />} />}
        items={[
          { label: text.edit, icon: <Pencil {...ICON} />, onSelect: onEdit },
          ...(onNewSecret === undefined
            ? []
            : [{ label: text.newSecret, icon: <KeyRound {...ICON} />, onSelect: onNewSecret }]),
          null,
          { label: text.removeSource, icon: <Trash2 {...ICON} />, danger: true, onSelect: onRemove },
        ]}
      />
    </li>
  );
}
