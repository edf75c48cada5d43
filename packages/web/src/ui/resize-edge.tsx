import { useRef } from 'react';
import { cx } from './class-names.ts';

export interface ResizeEdgeProps {
  label: string;
  /** which edge of its (positioned) parent it is: the parent grows when that edge is drawn away from it */
  edge: 'left' | 'right';
  /** all in px */
  width: number;
  min: number;
  max: number;
  /** what a double click takes */
  usual: number;
  onWidth(width: number): void;
}

/** An edge to drag, or to move with the arrows; a double click takes the usual width. */
export function ResizeEdge({ label, edge, width, min, max, usual, onWidth }: ResizeEdgeProps) {
  const from = useRef<{ x: number; width: number } | null>(null);
  const grows = edge === 'right' ? 1 : -1;
  const take = (next: number) => onWidth(Math.round(Math.min(max, Math.max(min, next))));
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (from.current !== null) take(from.current.width + grows * (event.clientX - from.current.x));
      }}
      onPointerUp={() => (from.current = null)}
      onPointerCancel={() => (from.current = null)}
      onDoubleClick={() => take(usual)}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowRight' ? 16 : event.key === 'ArrowLeft' ? -16 : 0;
        if (step === 0) return;
        event.preventDefault();
        take(width + grows * step);
      }}
      className={cx(
        'absolute inset-y-0 z-10 w-2 cursor-col-resize touch-none after:absolute after:inset-y-0 after:left-[3px] after:w-px after:transition-colors hover:after:bg-line-strong focus-visible:outline-none focus-visible:after:w-0.5 focus-visible:after:bg-flame active:after:bg-flame',
        edge === 'right' ? '-right-1' : '-left-1',
      )}
    />
  );
}
