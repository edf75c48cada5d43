import { lazy, Suspense } from 'react';
import { usePolicyOverlay } from './open-policy.ts';

const PolicyDialog = lazy(() =>
  import('./policy-dialog.tsx').then((module) => ({ default: module.PolicyDialog })),
);

/** The permissions of a session or project, over any place. */
export function PolicyOverlay() {
  const shown = usePolicyOverlay((state) => state.shown);
  if (shown === null) return null;
  return (
    <Suspense>
      <PolicyDialog key={shown.sessionId ?? shown.projectId} shown={shown} />
    </Suspense>
  );
}
