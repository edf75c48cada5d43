import { StopServer, type ServerStopping } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, route } from '../route.ts';
import type { Http } from '../route.ts';

export function serverRoutes(
  http: Http,
  { stop, turnsOutliveServer }: Pick<HttpDeps, 'stop' | 'turnsOutliveServer'>,
): void {
  route(http, '/api/server/stop', {
    POST: async (c) => {
      const { how = 'leave' } = await bodyOf(c, StopServer);
      // Only when the answer is out: stopping closes this very connection.
      c.env.outgoing.once('close', () => stop(how));
      const turnsGoOn = turnsOutliveServer && how !== 'all';
      return c.json({ stopping: true, turnsGoOn } satisfies ServerStopping, 202, { connection: 'close' });
    },
  });
}
