import { lazy, Suspense } from 'react';
import { useTurnChange } from './open-turn-change.ts';

const TurnChangeDialog = lazy(() =>
  import('./turn-change-dialog.tsx').then((module) => ({ default: module.TurnChangeDialog })),
);

/** What asks about kept states, over any place. */
export function CheckpointOverlay() {
  const request = useTurnChange((state) => state.request);
  return <Suspense>{request === null ? null : <TurnChangeDialog request={request} />}</Suspense>;
}
