import * as words from '../../words/index.ts';
import { late } from '../late.tsx';

export interface DiffViewProps {
  /** of the file, for the colours and the accessible name */
  path: string;
  /** null: the file is new */
  oldText: string | null;
  newText: string;
  /** `unified` (the default) in a column, `split` where there is width for two */
  layout?: 'unified' | 'split';
}

/** What changed in a file, with line numbers; unchanged stretches are folded, and changes inside a line marked. */
export const DiffView = late<DiffViewProps>(
  async () => (await import('./diff-table.tsx')).DiffTable,
  <p className="px-3 py-2 text-ink-3">{words.common.loading}</p>,
);
