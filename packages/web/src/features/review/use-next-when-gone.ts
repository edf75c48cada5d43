import { useEffect, useRef } from 'react';
import { nextListed } from './next-listed.ts';
import type { ReviewPlace } from './scope.ts';
import type { useListed } from './use-listed.ts';

type List = ReturnType<typeof useListed>;

/**
 * What is shown: the file that is asked for, and once it has left the list in which it was read (it was staged, discarded,
 * committed), the next one. A file that was never listed stays asked for.
 */
export function useNextWhenGone(
  wanted: ReviewPlace,
  { all, ordered, changes }: List,
  go: (place: ReviewPlace) => void,
): ReviewPlace {
  const seen = useRef<{ place: ReviewPlace; ordered: List['ordered'] } | null>(null);
  const isListed = all.some(({ path }) => path === wanted.file);
  const before = seen.current;
  const wasRead = before?.place.scope === wanted.scope && before.place.file === wanted.file;
  const next =
    !isListed && wasRead && wanted.file !== null && changes !== null
      ? nextListed(wanted, before.ordered, ordered)
      : null;
  useEffect(() => {
    if (isListed) seen.current = { place: wanted, ordered };
    if (next !== null) go(next);
  });
  return next ?? wanted;
}
