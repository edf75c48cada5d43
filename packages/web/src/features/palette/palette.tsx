import { useEffect, useRef } from 'react';
import { useCommands } from '../../app/commands.ts';
import { late } from '../../ui/late.tsx';
import { whenIdle } from '../../ui/when-idle.ts';
import * as words from '../../words/index.ts';
import { toggle, useOpen } from './open-state.ts';

const PaletteDialog = late(async () => (await import('./palette-dialog.tsx')).PaletteDialog);

/** The command palette: one field over everything. Its code comes when the page is idle, so that it opens at once. */
export function Palette() {
  const isOpen = useOpen((state) => state.open === 'palette');
  useCommands([
    {
      id: 'palette.open',
      title: words.palette.open,
      group: words.palette.group,
      keys: '$mod+KeyK',
      inFields: true,
      run: () => toggle('palette'),
    },
  ]);
  useEffect(() => whenIdle(PaletteDialog.preload), []);
  const wasOpen = useRef(false);
  wasOpen.current ||= isOpen;
  return wasOpen.current ? <PaletteDialog isOpen={isOpen} /> : null;
}
