import { CreateChat, CreateSession, UpdateSession } from '@pilotlight/protocol';
import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

/** `keep`: what is not committed is kept for 30 days; without it one with uncommitted work is refused. */
const Removal = z.strictObject({ uncommitted: z.enum(['refuse', 'keep']).default('refuse') });

const Filter = z.strictObject({ projectId: z.string().optional() });

export function sessionRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/sessions', {
    GET: (c) => c.json({ sessions: commands.listSessions(queryOf(c, Filter).projectId) }),
    POST: async (c) => c.json(await commands.createSession(await bodyOf(c, CreateSession)), 201),
  });
  route(http, '/api/sessions/:id', {
    GET: (c) => c.json(commands.getSession(param(c, 'id'))),
    PATCH: async (c) => c.json(commands.updateSession(param(c, 'id'), await bodyOf(c, UpdateSession))),
    DELETE: async (c) =>
      c.json(await commands.removeSession(param(c, 'id'), queryOf(c, Removal).uncommitted)),
  });
  route(http, '/api/sessions/:id/repair', {
    POST: async (c) => c.json(await commands.repairSession(param(c, 'id'))),
  });
  route(http, '/api/sessions/:id/chats', {
    POST: async (c) => c.json(await commands.createChat(param(c, 'id'), await bodyOf(c, CreateChat)), 201),
  });
}
