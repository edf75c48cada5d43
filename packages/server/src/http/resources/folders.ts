import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

const Wanted = z.strictObject({
  path: z.string().min(1).max(4096).optional(),
  hidden: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
});

export function folderRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/folders', {
    GET: async (c) => {
      const { path, hidden } = queryOf(c, Wanted);
      return c.json(
        await commands.listFolders({
          ...(path === undefined ? {} : { path }),
          ...(hidden === undefined ? {} : { hidden }),
        }),
      );
    },
  });
  route(http, '/api/repositories', { GET: async (c) => c.json(await commands.listRepositories()) });
}
