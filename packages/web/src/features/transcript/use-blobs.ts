import type { BlobRef } from '@pilotlight/protocol';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { showError } from '../../ui/toasts.tsx';

export interface BlobText {
  /** null until it was asked for and came */
  text: string | null;
  isLoading: boolean;
  load(): void;
}

/** The texts of blobs, one behind the other, loaded when somebody asks. */
export function useBlobText(blobs: readonly BlobRef[]): BlobText {
  const key = blobs.map(({ blob }) => blob).join(' ');
  const [loaded, setLoaded] = useState<{ key: string; text: string } | null>(null);
  const [isLoading, setIsLoading] = useState(false);
  const load = () => {
    setIsLoading(true);
    Promise.all(blobs.map(({ blob }) => server.getBlob(blob)))
      .then((all) => setLoaded({ key, text: all.map((bytes) => new TextDecoder().decode(bytes)).join('') }))
      .catch(showError)
      .finally(() => setIsLoading(false));
  };
  return { text: loaded?.key === key ? loaded.text : null, isLoading, load };
}
