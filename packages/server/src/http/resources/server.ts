import type { HttpDeps } from '../http-deps.ts';
import { route } from '../route.ts';
import type { Http } from '../route.ts';

export function serverRoutes(http: Http, { stop }: Pick<HttpDeps, 'stop'>): void {
  route(http, '/api/server/stop', {
    POST: (c) => {
      // Only when the answer is out: stopping closes this very connection.
      c.env.outgoing.once('close', stop);
      return c.json({ stopping: true }, 202, { connection: 'close' });
    },
  });
}
