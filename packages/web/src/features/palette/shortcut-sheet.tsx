import { useEffect, useRef } from 'react';
import { isTaken, useCommands } from '../../app/commands.ts';
import { late } from '../../ui/late.tsx';
import { whenIdle } from '../../ui/when-idle.ts';
import * as words from '../../words/index.ts';
import { toggle, useOpen } from './open-state.ts';

const SheetDialog = late(async () => (await import('./sheet-dialog.tsx')).SheetDialog);

/** The sheet of all shortcuts, and where they are changed. */
export function ShortcutSheet() {
  const isOpen = useOpen((state) => state.open === 'sheet');
  useCommands([
    {
      id: 'shortcuts.open',
      title: words.palette.sheet.open,
      group: words.palette.group,
      keys: '$mod+Slash',
      inFields: true,
      run: () => toggle('sheet'),
    },
  ]);
  useEffect(() => {
    // Beside the keys of the command: what everybody tries first. Where it lies differs from keyboard to keyboard.
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== '?' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.defaultPrevented || isTaken(event.target)) return;
      event.preventDefault();
      toggle('sheet');
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  useEffect(() => whenIdle(SheetDialog.preload), []);
  const wasOpen = useRef(false);
  wasOpen.current ||= isOpen;
  return wasOpen.current ? <SheetDialog isOpen={isOpen} /> : null;
}
