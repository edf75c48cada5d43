import { useRef } from 'react';
import { words } from '../../words/index.ts';
import { RAIL, setRailWidth, useRail } from './rail-state.ts';

/** The edge of the rail: drag it, or move it with the arrows; a double click takes the usual width. */
export function ResizeHandle() {
  const width = useRail((state) => state.width);
  const from = useRef<{ x: number; width: number } | null>(null);
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={words.frame.rail.resize}
      aria-valuenow={width}
      aria-valuemin={RAIL.min}
      aria-valuemax={RAIL.max}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (from.current !== null) setRailWidth(from.current.width + event.clientX - from.current.x);
      }}
      onPointerUp={() => (from.current = null)}
      onPointerCancel={() => (from.current = null)}
      onDoubleClick={() => setRailWidth(RAIL.usual)}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowRight' ? 16 : event.key === 'ArrowLeft' ? -16 : 0;
        if (step === 0) return;
        event.preventDefault();
        setRailWidth(width + step);
      }}
      className="absolute inset-y-0 -right-1 z-10 w-2 cursor-col-resize touch-none after:absolute after:inset-y-0 after:left-[3px] after:w-px after:transition-colors hover:after:bg-line-strong focus-visible:outline-none focus-visible:after:w-0.5 focus-visible:after:bg-flame active:after:bg-flame"
    />
  );
}
