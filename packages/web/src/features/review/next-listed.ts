import type { ReviewPlace } from './scope.ts';
import type { Listed } from './use-listed.ts';

/**
 * What is read next when a file has left the list: the one that came after it, or at the end the one before, in the same
 * scope; none when nothing of that scope is left.
 *
 * @param before the list when the file was still in it
 * @param now the list without it
 */
export function nextListed(
  gone: ReviewPlace,
  before: readonly Listed[],
  now: readonly Listed[],
): ReviewPlace {
  const { scope } = gone;
  const paths = (list: readonly Listed[]) =>
    list.flatMap((each) => (each.scope === scope ? [each.file.path] : []));
  const old = paths(before);
  const left = new Set(paths(now));
  const at = old.findIndex((path) => path === gone.file);
  const after = old.slice(at + 1).find((path) => left.has(path));
  return { scope, file: after ?? old.slice(0, Math.max(0, at)).findLast((path) => left.has(path)) ?? null };
}
