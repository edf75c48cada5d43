/** Calls once the page has nothing better to do. Answers how to call it off. */
export function whenIdle(run: () => void): () => void {
  if ('requestIdleCallback' in window) {
    const id = requestIdleCallback(run, { timeout: 5_000 });
    return () => cancelIdleCallback(id);
  }
  const timer = setTimeout(run, 1_500);
  return () => clearTimeout(timer);
}
