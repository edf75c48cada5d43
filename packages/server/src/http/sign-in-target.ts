/** Any origin will do: it only must stay. */
const HERE = 'http://here.invalid';

/**
 * Where the browser goes after sign-in: a path of this server's page, ready to stand in an HTML attribute. `/` when none
 * was asked for; null for what leads elsewhere (another origin, the API, another sign-in).
 */
export function readTarget(to: string | undefined): string | null {
  if (to === undefined) return '/';
  if (!to.startsWith('/')) return null;
  // As a browser reads it: `//host` and `/\host` name another origin, line breaks vanish.
  const url = URL.parse(to, HERE);
  if (url === null || url.origin !== HERE || /^\/(api|sign-in)(\/|$)/.test(url.pathname)) return null;
  const path = url.pathname + url.search + url.hash;
  return path.startsWith('//')
    ? null
    : path.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
