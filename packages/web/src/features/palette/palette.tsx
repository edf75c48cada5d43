import { lazy, Suspense, useEffect, useRef } from 'react';
import { useCommands } from '../../app/commands.ts';
import { words } from '../../words/index.ts';
import { toggle, useOpen } from './open-state.ts';

const load = () => import('./palette-dialog.tsx');
const PaletteDialog = lazy(load);

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
  useEffect(() => whenIdle(() => void load().catch(() => {})), []);
  const wasOpen = useRef(false);
  wasOpen.current ||= isOpen;
  if (!wasOpen.current) return null;
  return (
    <Suspense fallback={null}>
      <PaletteDialog isOpen={isOpen} />
    </Suspense>
  );
}

/** Calls once the page has nothing better to do. Answers how to call it off. */
export function whenIdle(run: () => void): () => void {
  if ('requestIdleCallback' in window) {
    const id = requestIdleCallback(run, { timeout: 5_000 });
    return () => cancelIdleCallback(id);
  }
  const timer = setTimeout(run, 1_500);
  return () => clearTimeout(timer);
}
