/** Where a link of an agent may lead; everything else is shown as text. */
const SCHEMES = new Set(['http:', 'https:', 'mailto:']);

/** The whole target of a link, as the browser would take it; null when it must not be followed. */
export function safeUrl(href: string): string | null {
  // A target without a scheme would lead into this page.
  if (!/^[a-z][a-z0-9+.-]*:/i.test(href)) return null;
  try {
    const url = new URL(href);
    return SCHEMES.has(url.protocol) && (url.protocol === 'mailto:' || url.host !== '') ? url.href : null;
  } catch {
    return null;
  }
}

/** Where a file is, as text and tools name it. */
export interface FilePlace {
  path: string;
  line: number | null;
}

const PATH =
  /^((?:\.{0,2}\/)?[\w@.+-]+(?:\/[\w@.+()[\]-]+)*)(?::(\d{1,7})(?:[:-]\d+)*|#L(\d{1,7})(?:-L?\d+)?)?$/;
/** A bare name is a file only with one of these behind it: `cart.total` is not. */
const EXTENSIONS =
  /\.(?:[cm]?[jt]sx?|json[c5]?|md|mdx|py|rs|go|rb|php|java|kt|swift|c|h|cc|cpp|hpp|cs|css|scss|html?|vue|svelte|xml|svg|ya?ml|toml|ini|env|lock|sh|bash|sql|proto|graphql|txt|csv|log|tf|nix|lua|gradle)$/i;

/**
 * The file that a piece of inline code names, for example `src/cart.ts:12`; null when it names none or one outside of the
 * worktree. The path comes out relative to the worktree.
 */
export function filePlace(text: string, worktree: string | null): FilePlace | null {
  const match = PATH.exec(text);
  if (match === null) return null;
  const path = relativePath(match[1] ?? '', worktree);
  if (path === null || path === '' || path.startsWith('../')) return null;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!EXTENSIONS.test(name) && !(path.includes('/') && /^[\w-]+\.\w{1,8}$/.test(name))) return null;
  const line = match[2] ?? match[3];
  return { path, line: line === undefined ? null : Number(line) };
}

/** A path within the worktree; null when it is absolute and elsewhere; relative ones stay as they are. */
export function relativePath(path: string, worktree: string | null): string | null {
  if (!path.startsWith('/')) return path.replace(/^\.\//, '');
  if (worktree === null) return null;
  if (path === worktree) return '';
  return path.startsWith(`${worktree}/`) ? path.slice(worktree.length + 1) : null;
}
