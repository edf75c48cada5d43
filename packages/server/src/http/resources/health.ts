import type { HttpDeps } from '../http-deps.ts';
import { route } from '../route.ts';
import type { Http } from '../route.ts';

export function healthRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/health', { GET: (c) => c.json(commands.health()) });
}
