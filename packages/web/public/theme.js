// Runs before the first paint, so that the page never flashes in the other appearance. `settings/appearance.ts` goes on.
(() => {
  const root = document.documentElement;
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem('pilotlight.appearance') ?? '{}').state ?? {};
  } catch {
    // A damaged setting is as good as none.
  }
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme =
    chosen.theme === 'light' || chosen.theme === 'dark' ? chosen.theme : dark ? 'dark' : 'light';
  if (chosen.motion === 'reduced') root.dataset.motion = 'reduced';
})();
