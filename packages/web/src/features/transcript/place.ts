import { createContext, useContext } from 'react';

/** Where a transcript is; what its parts need to open files. */
export interface TranscriptPlace {
  chatId: string;
  sessionId: string;
  /** absolute path that files are shown relative to; null until there is one */
  worktree: string | null;
}

export const PlaceContext = createContext<TranscriptPlace>({ chatId: '', sessionId: '', worktree: null });

export function usePlace(): TranscriptPlace {
  return useContext(PlaceContext);
}
