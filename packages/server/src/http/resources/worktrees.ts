import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { param, queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

const Find = z.strictObject({
  query: z.string().max(200).default(''),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

const OfFile = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(4096)
    .refine((path) => !path.includes('\0'), 'a path has no NUL in it'),
});

/** What is in a session's folder; only read. */
export function worktreeRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/sessions/:id/files', {
    GET: async (c) => {
      const { query, limit } = queryOf(c, Find);
      return c.json(await commands.findFiles(param(c, 'id'), query, limit));
    },
  });
  route(http, '/api/sessions/:id/file', {
    GET: async (c) => c.json(await commands.readFile(param(c, 'id'), queryOf(c, OfFile).path)),
  });
}
