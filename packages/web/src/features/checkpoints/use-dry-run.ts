import type { Restored } from '@pilotlight/protocol';
import { useQuery } from '@tanstack/react-query';
import { server } from '../../live/server.ts';
import * as words from '../../words/index.ts';
import { useIsWorking } from '../review/reads.ts';
import type { TurnChangeRequest } from './open-turn-change.ts';

export type FileChangeRequest = TurnChangeRequest & { kind: 'undo' | 'restore_before' | 'restore_after' };

export interface ChangeOptions {
  /** of an undo: also files that were changed since */
  overwrite: boolean;
  dryRun: boolean;
}

/** Undoes or restores as asked. @throws what the server refuses with */
export async function changeFiles(
  { kind, turnId, sessionId }: FileChangeRequest,
  { overwrite, dryRun }: ChangeOptions,
): Promise<Restored> {
  if (kind === 'undo') return server.checkpoints.undo(turnId, { overwrite, dryRun });
  const at = kind === 'restore_before' ? 'before' : 'after';
  const checkpoint = (await server.checkpoints.ofTurn(turnId))[at];
  if (checkpoint === null) throw new Error(words.checkpoints.notKept[at]);
  return server.checkpoints.restore(sessionId, { checkpointId: checkpoint.id, dryRun });
}

/** What the change would do now; asked again when a turn in the session begins or ends. */
export function useDryRun(request: FileChangeRequest, overwrite: boolean) {
  const isWorking = useIsWorking(request.sessionId);
  return useQuery({
    queryKey: ['dry-run', request, overwrite, isWorking],
    queryFn: () => changeFiles(request, { overwrite, dryRun: true }),
    staleTime: 0,
    gcTime: 0,
    retry: false,
    // What is listed stays until the other choice is known.
    placeholderData: (before) => before,
  });
}
