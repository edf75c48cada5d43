import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { INDEX_TOPIC, chatTopic } from '@pilotlight/protocol';
import { z } from 'zod';
import type { EventStreams } from '../event-streams.ts';
import type { HttpDeps } from '../http-deps.ts';
import { param, queryOf, route } from '../route.ts';
import type { Http, HttpContext } from '../route.ts';

const After = z.strictObject({ after: z.coerce.number().int().nonnegative().optional() });

/**
 * Topics as server-sent events: `snapshot` or `frames`, each with the message a WebSocket would carry, its `id` the seq
 * of the state after it. Last-Event-ID (or `?after=`) goes on from there.
 */
export function eventRoutes(
  http: Http,
  { commands, journal }: Pick<HttpDeps, 'commands' | 'journal'>,
  streams: EventStreams,
): void {
  const follow = (c: HttpContext, topic: string): Response => {
    streams.follow(journal, topic, startOf(c), c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  };
  route(http, '/api/events', { GET: (c) => follow(c, INDEX_TOPIC) });
  route(http, '/api/chats/:id/events', {
    GET: (c) => follow(c, chatTopic(commands.getChat(param(c, 'id')).id)),
  });
}

function startOf(c: HttpContext): number | null {
  const last = c.req.header('last-event-id');
  if (last !== undefined && /^\d{1,15}$/.test(last)) return Number(last);
  return queryOf(c, After).after ?? null;
}
