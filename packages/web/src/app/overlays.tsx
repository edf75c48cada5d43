import { Palette } from '../features/palette/palette.tsx';
import { ShortcutSheet } from '../features/palette/shortcut-sheet.tsx';

/** What may open over any place. Nothing is shown until it is asked for. */
export function Overlays() {
  return (
    <>
      <Palette />
      <ShortcutSheet />
    </>
  );
}
