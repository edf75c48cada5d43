import { MAX_SELECTED_FILES, type DiffFile, type ReviewRequest, type Selection } from '@pilotlight/protocol';
import { server } from '../../live/server.ts';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import type { Pick } from './file-actions.tsx';
import { useIsWorking, useRefresh } from './reads.ts';
import { isUncommitted, type Scope } from './scope.ts';

/** Which files are picked, as they were seen. */
export function selectionOf(files: readonly DiffFile[], hunk: string | null = null): Selection {
  return {
    files: files.map(({ path, object }) => ({
      path,
      object,
      ...(hunk === null ? {} : { hunks: [hunk] }),
    })),
  };
}

/** Stages and unstages; says what was done. Both lead back to each other, so neither asks before. */
export function useStaging(sessionId: string) {
  const refresh = useRefresh(sessionId);
  const run = async (how: 'stage' | 'unstage', files: readonly DiffFile[], hunk: string | null = null) => {
    try {
      for (let at = 0; at < files.length; at += MAX_SELECTED_FILES) {
        await server.review[how](sessionId, selectionOf(files.slice(at, at + MAX_SELECTED_FILES), hunk));
      }
      const [first] = files;
      const what = files.length === 1 && first !== undefined ? first.path : words.changes.files(files.length);
      toast(words.review.did[how](what));
    } catch (error) {
      showError(error);
    }
    await refresh();
  };
  return {
    stage: (files: readonly DiffFile[], hunk?: string | null) => void run('stage', files, hunk),
    unstage: (files: readonly DiffFile[], hunk?: string | null) => void run('unstage', files, hunk),
  };
}

/** What can be done with the open file and its hunks. */
export function usePick(
  sessionId: string,
  scope: Scope,
  file: DiffFile | null,
  ask: (request: ReviewRequest) => void,
): Pick {
  const { stage, unstage } = useStaging(sessionId);
  const isWorking = useIsWorking(sessionId);
  // What is in conflict is resolved, not picked.
  const own = isUncommitted(scope) && file?.status !== 'conflicted' ? scope : null;
  const files = file === null ? [] : [file];
  const why = isWorking ? words.review.whyWorking : null;
  const discard = (hunk: string | null) => ask({ kind: 'discard', ...selectionOf(files, hunk) });
  return {
    scope: own,
    why,
    stage: (hunk) => stage(files, hunk),
    unstage: (hunk) => unstage(files, hunk),
    discard,
    onKey(key, hunk) {
      if (own === null || why !== null || hunk === null) return false;
      if (key === 's') (own === 'staged' ? unstage : stage)(files, hunk);
      else if (key === 'x' && own === 'unstaged') discard(hunk);
      else return false;
      return true;
    },
  };
}
