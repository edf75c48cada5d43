import { Ellipsis, GitFork, RotateCcw, RotateCw, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';
import * as words from '../../words/index.ts';
import { openTurnChange, type TurnChange } from './open-turn-change.ts';

const ICON = { size: 14, strokeWidth: 1.75 } as const;
const text = words.checkpoints;

/** What can be done from a turn that has ended. Each item asks before it does anything. */
export function TurnMenu({ turnId, sessionId }: { turnId: string; sessionId: string }) {
  const item = (kind: TurnChange, icon: ReactNode) => ({
    label: text.items[kind],
    icon,
    onSelect: () => openTurnChange({ kind, turnId, sessionId }),
  });
  return (
    <Menu
      trigger={
        <IconButton
          label={text.menu}
          icon={<Ellipsis size={16} strokeWidth={1.75} />}
          // A finger gets its room without the line growing: the end of a turn moves nothing.
          className="pointer-coarse:-my-2"
        />
      }
      items={[
        item('undo', <Undo2 {...ICON} />),
        item('restore_before', <RotateCcw {...ICON} />),
        item('restore_after', <RotateCw {...ICON} />),
        null,
        item('fork', <GitFork {...ICON} />),
      ]}
    />
  );
}
