import type { Conflicts, OpenConflict, ReviewAction } from '@pilotlight/protocol';
import { quoted } from './diff-text.ts';
import { sanitizeLine } from './sanitize.ts';
import { table } from './table.ts';

const MOST_NAMED = 40;
const MOST_LINES = 5;

/** What stopped, in which files and on which side of each, and the commands that lead out of it. `--session …` or nothing ends them. */
export function conflictsText(conflicts: Conflicts, session: string): string {
  const { operation, sides, files, resolved } = conflicts;
  if (operation === null && files.length === 0) return 'nothing is in conflict';
  const count = files.length === 1 ? '1 file is' : `${files.length === 0 ? 'no' : files.length} files are`;
  const what = operation === null ? '' : `The ${operation.replace('_', '-')} has stopped: `;
  const names = sides === null ? [] : [sanitizeLine(`ours is ${sides.ours}, theirs is ${sides.theirs}`, 500)];
  const shown = files.slice(0, MOST_NAMED);
  return [
    `${what}${count} in conflict`,
    ...names,
    ...(files.length === 0
      ? []
      : [table(shown.map((file) => [`  ${quoted(file.path)}`, sidesOf(file, sides), markersOf(file)]))]),
    ...(files.length > shown.length ? [`  and ${files.length - shown.length} more`] : []),
    ...(resolved.length === 0 ? [] : [`resolved: ${resolved.slice(0, MOST_NAMED).map(quoted).join(', ')}`]),
    nextText(conflicts, session),
  ].join('\n');
}

/** What to do about conflicts, as commands. */
export function nextText(
  { operation, files }: Pick<Conflicts, 'operation' | 'files'>,
  session: string,
): string {
  // `merge --continue` goes on with whatever stopped.
  const command = operation === 'rebase' ? 'rebase' : 'merge';
  const rows = [
    ...(files.length === 0
      ? []
      : [
          ['  edit the files, then', `pilotlight review resolve <paths…>${session}`],
          ['  or ask the agent', `pilotlight review conflicts --send${session}`],
        ]),
    ...(operation === null
      ? []
      : [
          [files.length === 0 ? '  go on' : '  and go on', `pilotlight ${command} --continue${session}`],
          ['  or give it up', `pilotlight ${command} --abort${session}`],
        ]),
  ];
  return rows.length === 0 ? '' : `next:\n${table(rows)}`;
}

/** As `nextText`, for an action that stopped. */
export function nextOfAction({ kind, conflicts }: ReviewAction, session: string): string {
  const operation = kind === 'merge_base' ? 'merge' : 'rebase';
  const files = conflicts.map((file): OpenConflict => ({ ...file, object: null, markers: null }));
  return nextText({ operation, files }, session);
}

function sidesOf({ base, ours, theirs }: OpenConflict, sides: Conflicts['sides']): string {
  if (ours && theirs) return base ? 'changed on both sides' : 'added on both sides';
  const [our, their] = [sides?.ours ?? 'ours', sides?.theirs ?? 'theirs'].map((name) => sanitizeLine(name));
  if (ours) return base ? `changed in ${our}, removed in ${their}` : `only in ${our}`;
  if (theirs) return base ? `removed in ${our}, changed in ${their}` : `only in ${their}`;
  return 'moved or removed on both sides';
}

function markersOf({ markers, object }: OpenConflict): string {
  if (object === null) return 'not on the disk';
  if (markers === null || markers.length === 0) return markers === null ? '' : 'no conflict markers';
  const some = markers.slice(0, MOST_LINES).join(', ');
  return `markers at ${markers.length === 1 ? 'line' : 'lines'} ${some}${markers.length > MOST_LINES ? ', …' : ''}`;
}
