import { useParams } from '@tanstack/react-router';
import { useCommands } from '../../app/commands.ts';
import { currentIndex } from '../../live/index-store.ts';
import { late } from '../../ui/late.tsx';
import * as words from '../../words/index.ts';
import { openImport, useImportOverlay } from './open-import.ts';

const ImportDialog = late(async () => (await import('./import-dialog.tsx')).ImportDialog);

/** The way to conversations that agents have by themselves, over any place. */
export function ImportOverlay() {
  const { sessionId = '' } = useParams({ strict: false });
  useCommands([
    {
      id: 'session.import',
      title: words.imports.command,
      group: words.frame.group,
      run: () => openImport(currentIndex().sessions[sessionId]?.projectId ?? null),
    },
  ]);
  const shown = useImportOverlay((state) => state.shown);
  return shown === null ? null : <ImportDialog projectId={shown.projectId} />;
}
