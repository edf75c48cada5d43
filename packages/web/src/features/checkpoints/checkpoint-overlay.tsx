import { useCommands } from '../../app/commands.ts';
import { late } from '../../ui/late.tsx';
import * as words from '../../words/index.ts';
import { useIgnoredFiles } from './open-ignored-files.ts';
import { openRemovedSessions, useRemovedSessions } from './open-removed-sessions.ts';
import { useTurnChange } from './open-turn-change.ts';

const TurnChangeDialog = late(async () => (await import('./turn-change-dialog.tsx')).TurnChangeDialog);
const RemovedSessionsDialog = late(
  async () => (await import('./removed-sessions-dialog.tsx')).RemovedSessionsDialog,
);

const IgnoredFilesDialog = late(async () => (await import('./ignored-files-dialog.tsx')).IgnoredFilesDialog);

/** What asks about kept states, and the list of deleted sessions, over any place. */
export function CheckpointOverlay() {
  const request = useTurnChange((state) => state.request);
  const ignored = useIgnoredFiles((state) => state.request);
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
    <>
      {request === null ? null : <TurnChangeDialog request={request} />}
      {ignored === null ? null : <IgnoredFilesDialog request={ignored} />}
      {isListOpen ? <RemovedSessionsDialog /> : null}
    </>
  );
}
