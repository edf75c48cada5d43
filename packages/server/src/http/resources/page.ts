import { extname } from 'node:path';
import { getMimeType } from 'hono/utils/mime';
import type { Authenticator } from '../authenticator.ts';
import { acceptedCodings } from '../content-codings.ts';
import type { HttpDeps } from '../http-deps.ts';
import { PageFiles } from '../page-files.ts';
import type { PageFile } from '../page-files.ts';
import { homePage } from '../pages.ts';
import { route } from '../route.ts';
import type { Http, HttpContext } from '../route.ts';

const FOREVER = 'public, max-age=31536000, immutable';
/** `<name>-<hash>.<ext>`: another content has another name. */
const HASHED = /-[\w-]{8,}\.\w+(\.\w+)?$/;
/** A file changed less than so many ms ago may still be written to: no browser is told to keep it. */
const SETTLED_AFTER = 2000;

/**
 * The web app, for anybody: it holds no secret, and the API behind it stays closed. Registered last: it takes every GET
 * that nothing else does. Where the app is not built, `/` shows the home page, which says how to build it.
 */
export function pageRoutes(
  http: Http,
  { pageFolder, version }: Pick<HttpDeps, 'pageFolder' | 'version'>,
  authenticator: Authenticator,
): void {
  const files = pageFolder === undefined ? null : new PageFiles(pageFolder);
  const read = (c: HttpContext, segments: readonly string[]): Promise<PageFile | null> =>
    files?.read(segments, acceptedCodings(c.req.header('accept-encoding'))) ?? Promise.resolve(null);

  route(http, '/', {
    GET: async (c) => {
      const index = await read(c, ['index.html']);
      if (index !== null) return answer(c, 'index.html', index);
      return c.html(homePage(version, authenticator.accepts(c.env.incoming.headers)));
    },
  });
  http.get('*', async (c) => {
    const segments = segmentsOf(c.env.incoming.url ?? '');
    if (segments === null || segments[0] === 'api' || segments[0] === 'sign-in') return c.notFound();
    const name = segments.join('/');
    const file = await read(c, segments);
    if (file !== null) return answer(c, name, file);
    // A place inside the app, which does its own routing.
    if (extname(name) !== '' || !acceptsHtml(c)) return c.notFound();
    const index = await read(c, ['index.html']);
    return index === null ? c.notFound() : answer(c, 'index.html', index);
  });
}

/** The names in the path of a request; null for one that no file of the app has: hidden, upward, empty, not decodable. */
function segmentsOf(target: string): string[] | null {
  if (!target.startsWith('/')) return null;
  const path = target.slice(1).replace(/[?#].*$/, '');
  try {
    const segments = path.split('/').map(decodeURIComponent);
    // oxlint-disable-next-line no-control-regex
    return segments.some((name) => name === '' || name.startsWith('.') || /[/\\\x00-\x1f]/.test(name))
      ? null
      : segments;
  } catch {
    return null;
  }
}

function acceptsHtml(c: HttpContext): boolean {
  return /\btext\/(html|\*)/.test(c.req.header('accept') ?? '');
}

function answer(c: HttpContext, name: string, { bytes, etag, coding, changedAt }: PageFile): Response {
  const lasting = name.startsWith('assets/') && HASHED.test(name) && Date.now() - changedAt > SETTLED_AFTER;
  const headers: Record<string, string> = {
    'cache-control': lasting ? FOREVER : 'no-cache',
    vary: 'accept-encoding',
    etag,
    'content-security-policy': appPolicy(c.req.header('host') ?? ''),
  };
  if (noneMatch(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  headers['content-type'] = getMimeType(name) ?? 'application/octet-stream';
  headers['content-length'] = String(bytes.length);
  if (coding !== null) headers['content-encoding'] = coding;
  return new Response(c.req.method === 'HEAD' ? null : bytes, { headers });
}

function noneMatch(header: string | undefined, etag: string): boolean {
  const known = new Set((header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, '')));
  return known.has(etag) || known.has('*');
}

/**
 * What the app may load: what this server gives, and no script that stands in a page.
 * @param host checked by the guard before. It is named for WebSockets: not every browser takes them for 'self', and a
 *   policy has no words for an IPv6 address.
 */
function appPolicy(host: string): string {
  const sockets = host.startsWith('[') ? '' : ` ws://${host} wss://${host}`;
  return (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
    `font-src 'self'; connect-src 'self'${sockets}; manifest-src 'self'; worker-src 'self'; base-uri 'none'; ` +
    "form-action 'none'; frame-ancestors 'none'"
  );
}
