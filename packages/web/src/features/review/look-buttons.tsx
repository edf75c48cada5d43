import { Columns2, ListTree, Pilcrow, WrapText } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { setReviewLook, useReviewLook } from './review-look.ts';

const ICON = { size: 16, strokeWidth: 1.75 } as const;

/** How the changes are shown; remembered in this browser. `isWide`: there is room for two columns. */
export function LookButtons({ isWide }: { isWide: boolean }) {
  const { layout, wrap, ignoreSpace, list } = useReviewLook();
  const w = words.review.look;
  return (
    <div role="group" aria-label={w.label} className="flex items-center">
      <IconButton
        label={w.tree}
        icon={<ListTree {...ICON} />}
        active={list === 'tree'}
        // A narrow place that is touched has no room for it.
        className={isWide ? '' : 'pointer-coarse:hidden'}
        aria-pressed={list === 'tree'}
        onClick={() => setReviewLook({ list: list === 'tree' ? 'flat' : 'tree' })}
      />
      {isWide ? (
        <IconButton
          label={w.split}
          icon={<Columns2 {...ICON} />}
          active={layout === 'split'}
          aria-pressed={layout === 'split'}
          onClick={() => setReviewLook({ layout: layout === 'split' ? 'unified' : 'split' })}
        />
      ) : null}
      <IconButton
        label={w.wrap}
        icon={<WrapText {...ICON} />}
        active={wrap}
        aria-pressed={wrap}
        onClick={() => setReviewLook({ wrap: !wrap })}
      />
      <IconButton
        label={w.ignoreSpace}
        icon={<Pilcrow {...ICON} />}
        active={ignoreSpace}
        aria-pressed={ignoreSpace}
        onClick={() => setReviewLook({ ignoreSpace: !ignoreSpace })}
      />
    </div>
  );
}
