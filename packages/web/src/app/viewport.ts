import { useSyncExternalStore } from 'react';

/** `phone` below 640 px, `narrow` below 900 px (the side becomes a sheet), else `wide`. */
export type Viewport = 'phone' | 'narrow' | 'wide';

const phone = matchMedia('(width < 640px)');
const narrow = matchMedia('(width < 900px)');

function subscribe(listener: () => void): () => void {
  phone.addEventListener('change', listener);
  narrow.addEventListener('change', listener);
  return () => {
    phone.removeEventListener('change', listener);
    narrow.removeEventListener('change', listener);
  };
}

export function useViewport(): Viewport {
  return useSyncExternalStore(subscribe, () =>
    phone.matches ? 'phone' : narrow.matches ? 'narrow' : 'wide',
  );
}
