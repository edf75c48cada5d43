import { FileChangeDialog } from './file-change-dialog.tsx';
import { ForkDialog } from './fork-dialog.tsx';
import { closeTurnChange, type TurnChangeRequest } from './open-turn-change.ts';

/** Asks about what was chosen in a turn's menu. */
export function TurnChangeDialog({ request }: { request: TurnChangeRequest }) {
  const { kind, turnId, sessionId } = request;
  if (kind === 'fork') return <ForkDialog turnId={turnId} onClose={closeTurnChange} />;
  return <FileChangeDialog request={{ kind, turnId, sessionId }} onClose={closeTurnChange} />;
}
