import { createElement, useEffect, useState, type ComponentType, type ReactNode } from 'react';

/** A component whose code is fetched apart. */
export type Late<P> = ComponentType<P> & {
  /** Fetches the code, so that the component is there at once when it is asked for. Fails in silence. */
  preload(): void;
};

/**
 * Shows a component whose code is fetched when it is first shown or `preload`ed, and `meanwhile` until then. It stands where
 * React's `lazy` would, which shows nothing for 300 ms after it suspended, also when the code is there after two.
 *
 * @throws in rendering, what kept the code from being fetched; the next to show it tries again
 */
export function late<P extends object>(
  load: () => Promise<ComponentType<P>>,
  meanwhile: ReactNode = null,
): Late<P> {
  let part: ComponentType<P> | null = null;
  let loading: Promise<void> | null = null;
  const bring = (): Promise<void> =>
    (loading ??= load().then(
      (found) => void (part = found),
      (error: unknown) => {
        loading = null;
        throw error;
      },
    ));

  function LatePart(props: P) {
    const [state, setState] = useState<{ error: unknown } | 'there' | 'away'>(
      part === null ? 'away' : 'there',
    );
    useEffect(() => {
      if (state !== 'away') return;
      let isShown = true;
      bring().then(
        () => isShown && setState('there'),
        (error: unknown) => isShown && setState({ error }),
      );
      return () => {
        isShown = false;
      };
    }, [state]);
    if (typeof state === 'object') throw state.error;
    return part === null ? meanwhile : createElement(part, props);
  }
  return Object.assign(LatePart, { preload: () => void bring().catch(() => {}) });
}
