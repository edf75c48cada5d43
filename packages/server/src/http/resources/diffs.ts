import {
  DIFF_PAGE_FILES,
  DiffScope,
  DiffSide,
  FilePath,
  MAX_DIFF_PAGE_FILES,
  PilotlightError,
} from '@pilotlight/protocol';
import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { param, queryOf, route } from '../route.ts';
import type { Http, HttpContext } from '../route.ts';

const Page = z.object({
  after: FilePath.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_DIFF_PAGE_FILES).default(DIFF_PAGE_FILES),
});
const OfFile = z.object({
  path: FilePath,
  context: z.coerce.number().int().min(0).max(100_000).default(3),
  whitespace: z.enum(['show', 'ignore']).default('show'),
});

const OfImage = z.object({ path: FilePath, side: DiffSide });
/** The bytes come from a repository: nothing in them may run, whatever they claim to be. */
const IMAGE_HEADERS = {
  'content-disposition': 'inline',
  'content-security-policy': "sandbox; default-src 'none'",
};

/** What a session, a turn or a working tree changed; only read. */
export function diffRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/sessions/:id/diff', {
    GET: async (c) => {
      const { scope, rest } = scopeOf(c, Page, ['after', 'limit']);
      return c.json(await commands.review.diff(param(c, 'id'), scope, rest));
    },
  });
  route(http, '/api/sessions/:id/diff/file', {
    GET: async (c) => {
      const { scope, rest } = scopeOf(c, OfFile, ['path', 'context', 'whitespace']);
      const { path, context, whitespace } = rest;
      const options = { context, ignoreWhitespace: whitespace === 'ignore' };
      return c.json(await commands.review.fileDiff(param(c, 'id'), scope, path, options));
    },
  });
  route(http, '/api/sessions/:id/diff/image', {
    GET: async (c) => {
      const { scope, rest } = scopeOf(c, OfImage, ['path', 'side', 'object']);
      const image = await commands.review.diffImage(param(c, 'id'), scope, rest.path, rest.side);
      const headers = { ...IMAGE_HEADERS, 'content-type': image.type };
      return new Response(new Uint8Array(image.bytes), { headers });
    },
  });
}

/** The scope is told by the parameters that are not the route's own; `session` when none is. */
function scopeOf<T extends z.ZodType>(
  c: HttpContext,
  schema: T,
  own: readonly string[],
): { scope: DiffScope; rest: z.output<T> } {
  const scope: Record<string, string> = { scope: 'session' };
  for (const [name, value] of Object.entries(c.req.query())) if (!own.includes(name)) scope[name] = value;
  const parsed = DiffScope.safeParse(scope);
  if (parsed.success) return { scope: parsed.data, rest: queryOf(c, schema) };
  const fields = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new PilotlightError(
    'invalid_request',
    'the query says no scope that there is: session, turn (turnId), uncommitted, staged, unstaged, commits (from, to)',
    { details: { fields } },
  );
}
