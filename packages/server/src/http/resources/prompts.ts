import { ReorderQueue, SubmitPrompt, UpdateTurn } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

/** Prompts, the queue they wait in, and the turns they become. */
export function promptRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/chats/:id/prompts', {
    POST: async (c) => {
      const { turn, created } = await commands.submitPrompt(param(c, 'id'), await bodyOf(c, SubmitPrompt));
      return c.json(turn, created ? 202 : 200);
    },
  });
  route(http, '/api/chats/:id/queue', {
    GET: (c) => c.json({ turns: commands.listQueue(param(c, 'id')) }),
    PUT: async (c) => c.json({ turns: commands.reorderQueue(param(c, 'id'), await bodyOf(c, ReorderQueue)) }),
  });
  route(http, '/api/turns/:id', {
    GET: (c) => c.json(commands.getTurn(param(c, 'id'))),
    PATCH: async (c) => c.json(commands.updateTurn(param(c, 'id'), await bodyOf(c, UpdateTurn))),
    DELETE: (c) => {
      commands.removeTurn(param(c, 'id'));
      return c.body(null, 204);
    },
  });
  route(http, '/api/turns/:id/cancel', {
    POST: (c) => c.json({ turn: commands.cancelTurn(param(c, 'id')) }),
  });
}
