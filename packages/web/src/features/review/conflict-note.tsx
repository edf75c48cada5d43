import type { Conflicts, OpenConflict } from '@pilotlight/protocol';
import * as words from '../../words/index.ts';

/** A file in conflict, and what its sides are called. */
export interface FileConflict {
  file: OpenConflict;
  sides: Conflicts['sides'];
}

/** What each side did with the file, in words. */
export function sidesText(file: OpenConflict, sides: Conflicts['sides']): string {
  const w = words.review.conflicts;
  const { base } = file;
  if (file.ours && file.theirs) return base ? w.sides.both : w.sides.added;
  const { ours, theirs } = sides ?? w.unnamed;
  const [our, their] = [shortName(ours), shortName(theirs)];
  if (file.ours) return base ? w.sides.changedIn(our, their) : w.sides.onlyIn(our);
  if (file.theirs) return base ? w.sides.changedIn(their, our) : w.sides.onlyIn(their);
  return w.sides.gone;
}

/** Of a commit, what names it without its subject. */
function shortName(side: string): string {
  return side.replace(/ “.*$/s, '');
}

/** Above the lines of a file in conflict: what differs, and what is left to do. */
export function ConflictNote({ conflict: { file, sides } }: { conflict: FileConflict }) {
  const w = words.review.conflicts;
  return (
    <p className="border-b border-line px-3 py-1.5 text-small text-ink-2">
      {sides === null || !(file.ours && file.theirs) ? null : <>{w.between(sides.ours, sides.theirs)} </>}
      {file.ours && file.theirs ? null : <>{w.sentence(sidesText(file, sides))} </>}
      {file.object === null ? w.notThere : file.markers === null ? w.look : w.places(file.markers)}
    </p>
  );
}
