import { lazy, Suspense } from 'react';
import { words } from '../../words/index.ts';

export interface DiffViewProps {
  /** of the file, for the colours and the accessible name */
  path: string;
  /** null: the file is new */
  oldText: string | null;
  newText: string;
  /** `unified` (the default) in a column, `split` where there is width for two */
  layout?: 'unified' | 'split';
}

const DiffTable = lazy(() => import('./diff-table.tsx'));

/** What changed in a file, with line numbers; unchanged stretches are folded, and changes inside a line marked. */
export function DiffView(props: DiffViewProps) {
  return (
    <Suspense fallback={<p className="px-3 py-2 text-ink-3">{words.common.loading}</p>}>
      <DiffTable {...props} />
    </Suspense>
  );
}
