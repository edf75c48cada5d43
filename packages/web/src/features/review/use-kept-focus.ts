import { useCallback, useRef } from 'react';
import type { DiffLinesHandle } from './diff-lines.tsx';

/**
 * Keeps the keyboard in the open file when another takes its place: what had the focus there is gone, so the lines of the next
 * one get it.
 */
export function useKeptFocus() {
  const lines = useRef<DiffLinesHandle | null>(null);
  const wasInside = useRef(false);
  const setLines = useCallback((handle: DiffLinesHandle | null) => {
    lines.current = handle;
    if (handle !== null && wasInside.current && document.activeElement === document.body) handle.focus();
  }, []);
  return {
    lines,
    setLines,
    /** of what stands around the file; an element that is removed tells of no blur */
    around: {
      onFocus: () => void (wasInside.current = true),
      onBlur: () => void (wasInside.current = false),
    },
  };
}
