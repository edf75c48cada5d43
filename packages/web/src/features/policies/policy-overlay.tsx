import { late } from '../../ui/late.tsx';
import { usePolicyOverlay } from './open-policy.ts';

const PolicyDialog = late(async () => (await import('./policy-dialog.tsx')).PolicyDialog);

/** The permissions of a session or project, over any place. */
export function PolicyOverlay() {
  const shown = usePolicyOverlay((state) => state.shown);
  return shown === null ? null : <PolicyDialog key={shown.sessionId ?? shown.projectId} shown={shown} />;
}
