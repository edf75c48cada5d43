import { useEffect, type Ref, type RefObject } from 'react';

export interface SideScrollProps {
  ref: Ref<HTMLDivElement>;
  /** the lines: they read how far the code is moved from `--code-x` */
  frame: RefObject<HTMLElement | null>;
  /** of what is scrolled, where all of it is this wide */
  width: string;
}

/** One bar that moves the code of both columns, so that the same part of a long line is seen on either side. */
export function SideScroll({ ref, frame, width }: SideScrollProps) {
  useEffect(() => {
    const lines = frame.current;
    return () => void lines?.style.removeProperty('--code-x');
  }, [frame]);
  return (
    <div
      ref={ref}
      aria-hidden
      tabIndex={-1}
      onScroll={({ currentTarget: { scrollLeft } }) =>
        frame.current?.style.setProperty('--code-x', `${-scrollLeft}px`)
      }
      className="shrink-0 overflow-x-auto overflow-y-hidden font-mono text-code"
    >
      <div className="h-px" style={{ width }} />
    </div>
  );
}
