/** One hunk of a unified diff as the two texts it stands for. */
export interface PatchHunk {
  /** 1-based line of the new text where the hunk begins */
  line: number;
  oldText: string;
  newText: string;
}

const HUNK = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** The hunks of a unified diff of one file. Header lines are passed over; the lines between hunks are not known. */
export function patchHunks(patch: string): PatchHunk[] {
  const hunks: { line: number; old: string[]; new: string[] }[] = [];
  for (const line of patch.split('\n')) {
    const start = HUNK.exec(line);
    if (start !== null) hunks.push({ line: Number(start[1]), old: [], new: [] });
    const hunk = hunks.at(-1);
    if (hunk === undefined || start !== null) continue;
    if (line.startsWith('-') || line.startsWith(' ')) hunk.old.push(line.slice(1));
    if (line.startsWith('+') || line.startsWith(' ')) hunk.new.push(line.slice(1));
  }
  return hunks.map((hunk) => ({
    line: hunk.line,
    oldText: joinLines(hunk.old),
    newText: joinLines(hunk.new),
  }));
}

function joinLines(lines: string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
