import { UpdateAgentSession, UpdateChat, UpdateHold } from '@pilotlight/protocol';
import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

const Filter = z.strictObject({ sessionId: z.string().optional() });

export function chatRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/chats', {
    GET: (c) => c.json({ chats: commands.listChats(queryOf(c, Filter).sessionId) }),
  });
  route(http, '/api/chats/:id', {
    GET: (c) => c.json(commands.getChat(param(c, 'id'))),
    PATCH: async (c) => c.json(commands.updateChat(param(c, 'id'), await bodyOf(c, UpdateChat))),
    DELETE: async (c) => {
      await commands.removeChat(param(c, 'id'));
      return c.body(null, 204);
    },
  });
  route(http, '/api/chats/:id/seen', {
    POST: (c) => {
      commands.markChatSeen(param(c, 'id'));
      return c.body(null, 204);
    },
  });
  route(http, '/api/chats/:id/go-on', { POST: (c) => c.json(commands.goOn(param(c, 'id'))) });
  route(http, '/api/chats/:id/hold', {
    PATCH: async (c) => c.json(commands.updateHold(param(c, 'id'), await bodyOf(c, UpdateHold))),
  });
  route(http, '/api/chats/:id/cancel', {
    POST: (c) => c.json({ turn: commands.cancelChat(param(c, 'id')) }),
  });
  route(http, '/api/chats/:id/agent-sessions/:agent', {
    PATCH: async (c) =>
      c.json(
        commands.updateAgentSession(param(c, 'id'), param(c, 'agent'), await bodyOf(c, UpdateAgentSession)),
      ),
  });
  route(http, '/api/chats/:id/agent-sessions/:agent/release', {
    POST: async (c) => {
      await commands.releaseAgentSession(param(c, 'id'), param(c, 'agent'));
      return c.body(null, 204);
    },
  });
}
