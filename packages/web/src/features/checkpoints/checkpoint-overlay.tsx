import { lazy, Suspense } from 'react';
import { useCommands } from '../../app/commands.ts';
import { words } from '../../words/index.ts';
import { openRemovedSessions, useRemovedSessions } from './open-removed-sessions.ts';
import { useTurnChange } from './open-turn-change.ts';

const TurnChangeDialog = lazy(() =>
  import('./turn-change-dialog.tsx').then((module) => ({ default: module.TurnChangeDialog })),
);
const RemovedSessionsDialog = lazy(() =>
  import('./removed-sessions-dialog.tsx').then((module) => ({ default: module.RemovedSessionsDialog })),
);

/** What asks about kept states, and the list of deleted sessions, over any place. */
export function CheckpointOverlay() {
  const request = useTurnChange((state) => state.request);
  const isListOpen = useRemovedSessions((state) => state.isOpen);
  useCommands([
    {
      id: 'board.removed',
      title: words.checkpoints.removed.title,
      group: words.board.group,
      run: openRemovedSessions,
    },
  ]);
  return (
    <Suspense>
      {request === null ? null : <TurnChangeDialog request={request} />}
      {isListOpen ? <RemovedSessionsDialog /> : null}
    </Suspense>
  );
}
