import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import * as words from '../../words/index.ts';
import type { Resolve } from './use-resolve.ts';

/** Asks before a file is marked as resolved in which conflict markers are left. */
export function ResolveDialog({ resolve }: { resolve: Resolve }) {
  const { asked, confirm, cancel } = resolve;
  // The dialog fades out with what it said.
  const [last, setLast] = useState(asked);
  if (asked !== null && asked !== last) setLast(asked);
  const w = words.review.conflicts;
  return (
    <Dialog open={asked !== null} onClose={cancel} title={w.markersTitle} className="phone:w-[440px]">
      <p className="px-4 pb-4 break-words text-ink-2">
        {last === null ? '' : w.markersLeft(last.path, last.markers ?? [])}
      </p>
      <footer className="flex justify-end gap-2 border-t border-line px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">
        <Button onClick={cancel}>{words.common.cancel}</Button>
        <Button look="danger" onClick={confirm}>
          {w.markAnyway}
        </Button>
      </footer>
    </Dialog>
  );
}
