import { homedir } from 'node:os';

/** How a pattern is compared: as it is written, or so that spelling does not matter. */
export type Comparison = 'strict' | 'generous';

/** A text that a pattern takes for itself, whatever characters it has. */
export function asPattern(text: string): string {
  return text.replaceAll(/[*\\]/g, String.raw`\$&`);
}

/**
 * Whether a command pattern matches a simple command: `*` stands for any text, `\*` for a star, and ` *` at the end also for
 * nothing. Takes time linear in the text for each part of the pattern.
 */
export function matchesCommand(pattern: string, text: string, comparison: Comparison): boolean {
  const [wanted, given] = [folded(pattern, comparison), folded(text, comparison)];
  const bare = wanted.endsWith(' *') && !wanted.endsWith(String.raw`\ *`) ? wanted.slice(0, -2) : null;
  return (bare !== null && matchesStars(bare, given)) || matchesStars(wanted, given);
}

/** A path of a request, relative to the worktree when inside it, else absolute. */
export interface PlacedPath {
  path: string;
  /** absolute: the worktree */
  folder: string;
}

/**
 * Whether a path pattern matches. `**` goes through folders, `*` stays in one. Without a `/` it is a name anywhere in the
 * worktree; with `/` or `~/` in front it is compared with the absolute path. Generous: what lies in a folder that matches does
 * too.
 */
export function matchesPath(pattern: string, { path, folder }: PlacedPath, comparison: Comparison): boolean {
  const isAbsolute = pattern.startsWith('/') || pattern === '~' || pattern.startsWith('~/');
  const isInside = !path.startsWith('/');
  if (!isAbsolute && !isInside) return false;
  const full = isInside ? `${folder}/${path}` : path;
  const given = segments(folded(isAbsolute ? full : path, comparison));
  const home = pattern.startsWith('~') ? homedir() + pattern.slice(1) : pattern;
  const wanted = segments(folded(home, comparison));
  if (pattern.endsWith('/')) wanted.push('**');
  const anywhere = !pattern.includes('/') ? ['**', ...wanted] : wanted;
  if (matchesSegments(anywhere, given)) return true;
  return comparison === 'generous' && matchesSegments([...anywhere, '**'], given);
}

function folded(text: string, comparison: Comparison): string {
  return comparison === 'strict' ? text : text.normalize('NFKC').toLowerCase();
}

function segments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '' && segment !== '.');
}

/** `**` is any number of segments, none too. Row by row, so that no pattern takes more than both lengths together. */
function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  let row = Array.from({ length: path.length + 1 }, (_, at) => at === 0);
  for (const wanted of pattern) {
    const next = row.map(() => false);
    for (let at = 0; at <= path.length; at += 1) {
      if (wanted === '**') next[at] = row[at] === true || (at > 0 && next[at - 1] === true);
      else next[at] = at > 0 && row[at - 1] === true && matchesStars(wanted, path[at - 1] ?? '');
    }
    row = next;
  }
  return row[path.length] === true;
}

/** Each part between stars is looked for behind the one before; taking the first place found is always right. */
function matchesStars(pattern: string, text: string): boolean {
  const parts = splitAtStars(pattern);
  const [first = ''] = parts;
  if (parts.length === 1) return text === first;
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function splitAtStars(pattern: string): string[] {
  const parts = [''];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    const next = pattern[at + 1];
    if (char === '*') parts.push('');
    else if (char === '\\' && (next === '*' || next === '\\')) {
      parts[parts.length - 1] += next;
      at += 1;
    } else parts[parts.length - 1] += char;
  }
  return parts;
}
