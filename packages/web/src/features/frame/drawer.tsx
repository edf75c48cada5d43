import { Dialog } from '@base-ui/react/dialog';
import * as words from '../../words/index.ts';
import { Rail } from './rail.tsx';
import { useDrawer } from './rail-state.ts';

/** The rail where there is no room for it: comes from the left, goes when something in it was chosen. */
export function Drawer() {
  const isOpen = useDrawer((state) => state.isOpen);
  const setIsOpen = (isOpen: boolean) => useDrawer.setState({ isOpen });
  return (
    <Dialog.Root open={isOpen} onOpenChange={setIsOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.1_0.01_60/0.38)] transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Dialog.Popup className="fixed inset-y-0 left-0 z-40 flex w-75 max-w-[85vw] flex-col border-r border-line bg-sunken transition-transform outline-none data-[ending-style]:-translate-x-full data-[starting-style]:-translate-x-full">
          <Dialog.Title className="sr-only">{words.frame.navigation}</Dialog.Title>
          <Rail onClose={() => setIsOpen(false)} onGo={() => setIsOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
