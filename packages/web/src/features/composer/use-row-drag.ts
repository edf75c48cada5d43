import { useRef, useState, type PointerEvent } from 'react';
import { dragTarget } from './queue-order.ts';

interface Drag {
  from: number;
  to: number;
  /** pixels the dragged row was moved by */
  by: number;
  heights: readonly number[];
}

/** Rows that are dragged by a grip, with a mouse, a pen or a finger. `rows` lists their elements in order. */
export function useRowDrag(rows: () => HTMLElement[], onMove: (from: number, to: number) => void) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const startY = useRef(0);

  const grip = (index: number) => ({
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      startY.current = event.clientY;
      const heights = rows().map((row) => row.getBoundingClientRect().height);
      setDrag({ from: index, to: index, by: 0, heights });
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      if (drag === null) return;
      const by = event.clientY - startY.current;
      setDrag({ ...drag, by, to: dragTarget(drag.heights, drag.from, by) });
    },
    onPointerUp() {
      if (drag !== null && drag.to !== drag.from) onMove(drag.from, drag.to);
      setDrag(null);
    },
    onPointerCancel: () => setDrag(null),
  });

  /** How far the row is from its place, in pixels; null while nothing is dragged. */
  const offset = (index: number): number | null => {
    if (drag === null) return null;
    if (index === drag.from) return drag.by;
    const height = drag.heights[drag.from] ?? 0;
    if (index > drag.from && index <= drag.to) return -height;
    return index < drag.from && index >= drag.to ? height : 0;
  };

  return { grip, offset, draggedIndex: drag?.from ?? null };
}
