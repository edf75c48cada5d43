import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { param, queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

const Page = z.strictObject({
  before: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export function messageRoutes(http: Http, { commands, reads }: Pick<HttpDeps, 'commands' | 'reads'>): void {
  route(http, '/api/chats/:id/messages', {
    GET: (c) => {
      const { before, limit } = queryOf(c, Page);
      const chat = commands.getChat(param(c, 'id'));
      return c.json(reads.messages(chat.id, before === undefined ? { limit } : { before, limit }));
    },
  });
}
