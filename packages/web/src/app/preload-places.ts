import { router } from './router.tsx';

/** Fetches the code of the places a press away, so that they open at once, also when the server is away by then. */
export function preloadPlaces(): void {
  for (const to of ['/inbox', '/tasks', '/agents', '/settings'] as const)
    router.preloadRoute({ to }).catch(() => {});
}
