import { UsageQuery } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

export function usageRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/usage', { GET: (c) => c.json(commands.usage(queryOf(c, UsageQuery))) });
}
