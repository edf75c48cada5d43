import { MAX_SEARCH_QUERY } from '@pilotlight/protocol';
import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { param, queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

const Page = z.strictObject({
  before: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
});

const Search = z.strictObject({
  query: z.string().min(1).max(MAX_SEARCH_QUERY),
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
  route(http, '/api/chats/:id/search', {
    GET: async (c) => {
      const query = queryOf(c, Search);
      return c.json(await reads.search(commands.getChat(param(c, 'id')).id, query));
    },
  });
}
