import type { OpenConflict } from '@pilotlight/protocol';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { useRefresh } from './reads.ts';

/** Marks files in conflict as resolved; one in which markers are left is asked about before. */
export interface Resolve {
  /** why nothing can be marked now; null: it can */
  why: string | null;
  mark(file: OpenConflict): void;
  unmark(path: string): void;
  /** the file that is asked about */
  asked: OpenConflict | null;
  /** what was asked about is marked, markers and all */
  confirm(): void;
  cancel(): void;
}

export function useResolve(sessionId: string, why: string | null): Resolve {
  const [asked, setAsked] = useState<OpenConflict | null>(null);
  const refresh = useRefresh(sessionId);
  const w = words.review.conflicts;
  const run = async (work: () => Promise<unknown>, said: string, back: (() => void) | null) => {
    try {
      await work();
      toast(said, 'info', back === null ? null : { label: words.review.undo, run: back });
    } catch (error) {
      showError(error);
    }
    await refresh();
  };
  const mark = ({ path, object }: OpenConflict, withMarkers: boolean) => {
    setAsked(null);
    const body = { files: [{ path, object }], withMarkers };
    void run(
      () => server.review.markResolved(sessionId, body),
      w.marked(path),
      () => unmark(path),
    );
  };
  const unmark = (path: string) =>
    void run(() => server.review.markUnresolved(sessionId, { files: [{ path }] }), w.unmarked(path), null);
  return {
    why,
    mark: (file) => (file.markers === null || file.markers.length === 0 ? mark(file, false) : setAsked(file)),
    unmark,
    asked,
    confirm: () => asked !== null && mark(asked, true),
    cancel: () => setAsked(null),
  };
}
