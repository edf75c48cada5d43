import { useEffect, useState, type RefObject } from 'react';
import { addFiles } from './add-files.ts';
import { paneOf } from './pane.ts';

/** Takes files that are dropped anywhere on the pane. True while some are held over it. */
export function useFileDrop(root: RefObject<HTMLElement | null>, chatId: string): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const pane = root.current === null ? null : paneOf(root.current);
    if (pane === null) return;
    // Enter and leave come for every element inside, in pairs.
    let depth = 0;
    const listening = new AbortController();
    const on = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', take: (data: DataTransfer) => void) =>
      pane.addEventListener(
        type,
        (event) => {
          const data = (event as DragEvent).dataTransfer;
          if (data === null || !data.types.includes('Files')) return;
          event.preventDefault();
          take(data);
        },
        { signal: listening.signal },
      );
    const moved = (by: number): void => {
      depth = Math.max(0, depth + by);
      setOver(depth > 0);
    };
    on('dragenter', () => moved(1));
    on('dragleave', () => moved(-1));
    on('dragover', (data) => {
      data.dropEffect = 'copy';
    });
    on('drop', (data) => {
      moved(-depth);
      void addFiles(chatId, [...data.files]);
    });
    return () => listening.abort();
  }, [root, chatId]);
  return isOver;
}
