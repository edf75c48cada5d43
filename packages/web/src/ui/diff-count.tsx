import * as words from '../words/index.ts';

/** `+120 −34`; nothing when nothing changed. */
export function DiffCount({ additions, deletions }: { additions: number; deletions: number }) {
  if (additions === 0 && deletions === 0) return null;
  return (
    <span
      role="img"
      className="inline-flex gap-1 whitespace-nowrap"
      aria-label={words.common.changed(additions, deletions)}
    >
      <span className="text-good" aria-hidden>
        +{additions}
      </span>
      <span className="text-bad" aria-hidden>
        −{deletions}
      </span>
    </span>
  );
}
