import type { DiffHunk, DiffLine } from '@pilotlight/protocol';
import { createHash } from 'node:crypto';

/** One hunk as git wrote it, each byte a character (latin1), so that it can be given back to git as it was. */
export interface RawHunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  section: string;
  /** with the sign before each line, the "\ No newline" lines among them, each ended by a line feed */
  body: string;
}

/** What a patch says of one file. */
export interface PatchSection {
  /** the name after `---` and `+++` as git wrote it, quotes and all; null for /dev/null and where there are no hunks */
  oldName: string | null;
  newName: string | null;
  hunks: RawHunk[];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/s;

/**
 * Reads `git diff -p`. The lines of a hunk are counted, so nothing a file says can be taken for a header; names are quoted by
 * git when they hold a line feed. A hunk that was cut off at the end is left out.
 *
 * @param patch as it came, as latin1
 */
export function parsePatch(patch: string): PatchSection[] {
  const sections: PatchSection[] = [];
  let at = 0;
  const line = (): string | null => {
    const end = patch.indexOf('\n', at);
    if (end < 0) return null;
    const text = patch.slice(at, end);
    at = end + 1;
    return text;
  };
  for (let text = line(); text !== null; text = line()) {
    if (text.startsWith('diff --')) {
      sections.push({ oldName: null, newName: null, hunks: [] });
      continue;
    }
    const section = sections.at(-1);
    if (section === undefined) continue;
    if (text.startsWith('--- ')) section.oldName = nameOf(text);
    else if (text.startsWith('+++ ')) section.newName = nameOf(text);
    const found = HUNK.exec(text);
    if (found === null) continue;
    const hunk = readHunk(found, patch, at);
    if (hunk === null) break;
    section.hunks.push(hunk);
    at += hunk.body.length;
  }
  return sections;
}

function readHunk(found: RegExpExecArray, patch: string, from: number): RawHunk | null {
  const [, oldStart, oldLines = '1', newStart, newLines = '1', section = ''] = found;
  let old = Number(oldLines);
  let now = Number(newLines);
  let at = from;
  while (old > 0 || now > 0 || patch[at] === '\\') {
    const end = patch.indexOf('\n', at);
    if (end < 0) return null;
    const sign = patch[at];
    if (sign === ' ' || sign === '-') old -= 1;
    if (sign === ' ' || sign === '+') now -= 1;
    at = end + 1;
  }
  return {
    oldStart: Number(oldStart),
    oldLines: Number(oldLines),
    newStart: Number(newStart),
    newLines: Number(newLines),
    section,
    body: patch.slice(from, at),
  };
}

/** `--- a/name`, or with quotes; git ends a name with spaces by a tab. */
function nameOf(text: string): string | null {
  const name = text.slice(4).replace(/\t$/, '');
  return name === '/dev/null' ? null : name;
}

/** Names exactly this change of that file. */
export function hunkId(path: string, hunk: RawHunk): string {
  const { oldStart, oldLines, newStart, newLines, body } = hunk;
  const where = `${path}\0${oldStart},${oldLines},${newStart},${newLines}\n`;
  return createHash('sha256').update(where).update(body, 'latin1').digest('hex').slice(0, 32);
}

/** A hunk as clients see it. */
export function diffHunk(hunk: RawHunk, id: string | null): DiffHunk {
  const { oldStart, oldLines, newStart, newLines, section, body } = hunk;
  const lines: DiffLine[] = [];
  let old = oldStart;
  let now = newStart;
  for (const raw of body.split('\n').slice(0, -1)) {
    if (raw.startsWith('\\')) {
      const last = lines.at(-1);
      if (last !== undefined) last.noNewline = true;
      continue;
    }
    const text = utf8(raw.slice(1));
    if (raw[0] === '-') lines.push({ kind: 'removed', old: old++, new: null, text });
    else if (raw[0] === '+') lines.push({ kind: 'added', old: null, new: now++, text });
    else lines.push({ kind: 'context', old: old++, new: now++, text });
  }
  return { id, oldStart, oldLines, newStart, newLines, section: utf8(section), lines };
}

/** The whole of a new file as one hunk; none for an empty one. */
export function wholeFileHunk(content: Buffer): RawHunk | null {
  if (content.length === 0) return null;
  const text = content.toString('latin1');
  const isEnded = text.endsWith('\n');
  const lines = (isEnded ? text.slice(0, -1) : text).split('\n');
  const body = `+${lines.join('\n+')}\n${isEnded ? '' : '\\ No newline at end of file\n'}`;
  return { oldStart: 0, oldLines: 0, newStart: 1, newLines: lines.length, section: '', body };
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
