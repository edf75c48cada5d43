/** Past this many changed files a renamed one counts as removed and added; finding renames is quadratic. */
const RENAME_LIMIT = 400;

/** Arguments that compare a working tree with a commit or tree, in these formats. Whoever compares compares so. */
export function comparisonArgs(base: string, ...formats: string[]): string[] {
  const rules = ['-M', `-l${RENAME_LIMIT}`, '--ignore-submodules=dirty'];
  return ['diff', ...formats, ...rules, '--end-of-options', base, '--'];
}
