import { CreateComparison, KeepOne } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

export function comparisonRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  const { comparisons } = commands;
  route(http, '/api/comparisons', {
    GET: (c) => c.json({ comparisons: comparisons.list() }),
    POST: async (c) => {
      const { created, ...answer } = await comparisons.create(await bodyOf(c, CreateComparison));
      return c.json(answer, created ? 202 : 200);
    },
  });
  route(http, '/api/comparisons/:id', {
    GET: (c) => c.json(comparisons.get(param(c, 'id'))),
    DELETE: (c) => {
      comparisons.remove(param(c, 'id'));
      return c.body(null, 204);
    },
  });
  route(http, '/api/comparisons/:id/keep', {
    POST: async (c) => {
      const { taskId } = await bodyOf(c, KeepOne);
      return c.json(await comparisons.keep(param(c, 'id'), taskId));
    },
  });
}
