import { useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useCommands } from '../../app/commands.ts';
import { currentIndex } from '../../live/index-store.ts';
import { words } from '../../words/index.ts';
import { openImport, useImportOverlay } from './open-import.ts';

const ImportDialog = lazy(() =>
  import('./import-dialog.tsx').then((module) => ({ default: module.ImportDialog })),
);

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
  if (shown === null) return null;
  return (
    <Suspense>
      <ImportDialog projectId={shown.projectId} />
    </Suspense>
  );
}
