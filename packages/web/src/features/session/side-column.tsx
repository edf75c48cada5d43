import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { late } from '../../ui/late.tsx';
import { ResizeEdge } from '../../ui/resize-edge.tsx';
import * as words from '../../words/index.ts';
import { SIDE, useSheet, useSide } from './side-state.ts';

const Side = late(async () => (await import('../changes/side.tsx')).Side);

interface SideProps {
  chatId: string;
  sessionId: string;
}

/** The side beside the chats; its left edge can be dragged, or moved with the arrows. */
export function SideColumn(props: SideProps) {
  const width = useSide((state) => state.width);
  return (
    <aside
      aria-label={words.session.side}
      // The chats keep what they need to be read.
      style={{ width, maxWidth: 'calc(100% - 360px)' }}
      className="relative flex shrink-0 flex-col border-l border-line"
    >
      <ResizeEdge
        edge="left"
        label={words.session.resizeSide}
        width={width}
        {...SIDE}
        onWidth={(next) => useSide.setState({ width: next })}
      />
      <Side {...props} />
    </aside>
  );
}

/** The side as a sheet, where there is no room for a column. */
export function SideSheet(props: SideProps) {
  const isOpen = useSheet((state) => state.isOpen);
  const close = () => useSheet.setState({ isOpen: false });
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.1_0.01_60/0.38)] transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Dialog.Popup className="fixed inset-y-0 right-0 z-40 flex w-full flex-col border-l border-line bg-base outline-none transition-transform data-[ending-style]:translate-x-4 data-[ending-style]:opacity-0 data-[starting-style]:translate-x-4 data-[starting-style]:opacity-0 phone:w-[min(560px,92vw)]">
          <div className="flex h-11 shrink-0 items-center border-b border-line pr-2 pl-4 pointer-coarse:h-13">
            <Dialog.Title className="flex-1 font-semibold">{words.session.side}</Dialog.Title>
            <Dialog.Close
              render={<IconButton label={words.common.close} icon={<X size={16} strokeWidth={1.75} />} />}
            />
          </div>
          <Side {...props} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
