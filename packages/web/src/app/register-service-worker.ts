import { preloadPlaces } from './preload-places.ts';

/**
 * Lets the page open while the server is away (public/service-worker.js). Only of a build: in development it would serve
 * yesterday's page. A newer worker that waits takes over now, while the page is being loaded and nothing is under way in it.
 */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // After the page is there: the worker's own loading must not compete with it.
  addEventListener('load', () => void register().catch(() => {}), { once: true });
}

async function register(): Promise<void> {
  const wasControlled = navigator.serviceWorker.controller !== null;
  const registration = await navigator.serviceWorker.register('/service-worker.js');
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  registration.waiting?.postMessage('take-over');
  await navigator.serviceWorker.ready;
  // What came before the first worker was in charge passes through it once more (out of the browser's own cache).
  if (!wasControlled) for (const url of loadedAssets()) fetch(url).catch(() => {});
  preloadPlaces();
}

function loadedAssets(): string[] {
  const all = performance.getEntriesByType('resource').map(({ name }) => name);
  return all.filter((url) => url.startsWith(`${location.origin}/assets/`));
}
