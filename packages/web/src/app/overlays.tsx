import { CheckpointOverlay } from '../features/checkpoints/checkpoint-overlay.tsx';
import { ImportOverlay } from '../features/imports/import-overlay.tsx';
import { Notifications } from '../features/notifications/notifications.tsx';
import { Palette } from '../features/palette/palette.tsx';
import { ShortcutSheet } from '../features/palette/shortcut-sheet.tsx';
import { PolicyOverlay } from '../features/policies/policy-overlay.tsx';
import { AppearanceCommands } from '../features/settings/appearance-commands.tsx';
import { TaskOverlay } from '../features/tasks/task-overlay.tsx';

/** What may open over any place. Nothing is shown until it is asked for. */
export function Overlays() {
  return (
    <>
      <Palette />
      <ShortcutSheet />
      <PolicyOverlay />
      <ImportOverlay />
      <TaskOverlay />
      <CheckpointOverlay />
      <Notifications />
      <AppearanceCommands />
    </>
  );
}
