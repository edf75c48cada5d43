import { gitOk } from '../git.ts';

/**
 * What git compares. `tree`: the working tree with a commit or tree; `index`: the index with one; `unstaged`: the working tree
 * with the index; `trees`: two commits or trees.
 */
export type Compared =
  | { kind: 'tree'; from: string }
  | { kind: 'index'; from: string }
  /** `indexFile`: another index than the repository's own */
  | { kind: 'unstaged'; indexFile?: string }
  | { kind: 'trees'; from: string; to: string };

/** Past this many changed files a renamed one counts as removed and added; finding renames is quadratic. */
const RENAME_LIMIT = 400;

/** Whatever the user's configuration says of diffs, these are read by a program. */
const FIXED = [
  `-l${RENAME_LIMIT}`,
  '--ignore-submodules=dirty',
  '--no-color',
  '--no-relative',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--inter-hunk-context=0',
  '-O/dev/null',
];

/** Arguments of `git diff` in these formats; `paths` are literal (GIT_LITERAL_PATHSPECS). */
export function diffArgs(
  compared: Compared,
  formats: readonly string[],
  paths: readonly string[] = [],
): string[] {
  // Between index and working tree there is nothing to pair: what is new there is not tracked.
  const renames = compared.kind === 'unstaged' ? '--no-renames' : '-M';
  return ['diff', ...formats, renames, ...FIXED, ...sidesOf(compared), '--', ...paths];
}

function sidesOf(compared: Compared): string[] {
  switch (compared.kind) {
    case 'tree':
      return ['--end-of-options', compared.from];
    case 'index':
      return ['--cached', '--end-of-options', compared.from];
    case 'trees':
      return ['--end-of-options', compared.from, compared.to];
    case 'unstaged':
      return [];
  }
}

/** Environment of every git that compares; paths are literal. */
export function diffEnv(compared: Compared): Record<string, string> {
  const literal = { GIT_LITERAL_PATHSPECS: '1' };
  if (compared.kind !== 'unstaged' || compared.indexFile === undefined) return literal;
  return { ...literal, GIT_INDEX_FILE: compared.indexFile };
}

/** Whether files that git does not track belong to the new side. */
export function hasUntracked({ kind }: Compared): boolean {
  return kind === 'tree' || kind === 'unstaged';
}

/** The tree without files, in the repository's own format. */
export async function emptyTree(cwd: string): Promise<string> {
  const { stdout } = await gitOk(['hash-object', '-t', 'tree', '--stdin'], { cwd, input: '' });
  return stdout.trim();
}
