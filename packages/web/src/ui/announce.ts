let region: HTMLElement | null = null;

/** Says something to a screen reader once, without showing it: what moved, how many were found. */
export function announce(text: string): void {
  if (region === null) {
    region = document.createElement('div');
    region.setAttribute('aria-live', 'polite');
    region.className = 'sr-only';
    document.body.append(region);
  }
  // The same words twice are heard twice only when the region was empty between.
  region.textContent = '';
  const target = region;
  setTimeout(() => (target.textContent = text), 60);
}
