import { MAX_PATCH_BYTES } from '@pilotlight/protocol';
import { git } from '../../git.ts';
import { readTextFile } from '../../read-text-file.ts';

/** A place that git could not merge and wrote both sides of into the file. */
export interface MarkedPlace {
  /** from 1: of its first marker; of one that stands alone, itself */
  line: number;
  /** lines of the first side */
  ours: number;
}

const BEGIN = /^<{7}(?: |$)/;
const MIDDLE = /^[=|]{7}(?: |$)/;
const END = /^>{7}(?: |$)/;

/** Finds conflict markers of git's usual length. A line of `=======` alone is none: texts underline titles so. */
export function findMarkers(text: string): MarkedPlace[] {
  const places: MarkedPlace[] = [];
  let open: MarkedPlace | null = null;
  let isInOurs = false;
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    if (BEGIN.test(line)) {
      open = { line: at + 1, ours: 0 };
      places.push(open);
      isInOurs = true;
    } else if (END.test(line)) {
      if (open === null) places.push({ line: at + 1, ours: 0 });
      open = null;
      isInOurs = false;
    } else if (open !== null && isInOurs) {
      if (MIDDLE.test(line)) isInOurs = false;
      else open.ours += 1;
    }
  }
  return places;
}

/** The places in a file as it is on the disk; null for what is no text, is too large to look at, or is gone. */
export async function markersOnDisk(path: string): Promise<MarkedPlace[] | null> {
  const file = await readTextFile(path, MAX_PATCH_BYTES).catch(() => null);
  if (file === null || file.text === null || file.truncated) return null;
  return findMarkers(file.text);
}

/** Files that are staged with conflict markers in them, as far as git says so. */
export async function stagedMarkers(cwd: string): Promise<string[]> {
  const args = ['diff', '--cached', '--check', '--no-color', '--no-relative'];
  const { stdout } = await git(args, { cwd, maxBytes: MAX_PATCH_BYTES });
  const found = [...stdout.matchAll(/^(.+):\d+: leftover conflict marker$/gm)].map(([, path = '']) => path);
  return [...new Set(found)];
}
