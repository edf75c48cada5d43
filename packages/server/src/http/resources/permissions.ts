import { AnswerPermission } from '@pilotlight/protocol';
import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

const Filter = z.strictObject({
  state: z.enum(['pending', 'answered', 'cancelled']).optional(),
  chatId: z.string().optional(),
});

export function permissionRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/permissions', {
    GET: (c) => {
      const { state, chatId } = queryOf(c, Filter);
      const filter = {
        ...(state === undefined ? {} : { state }),
        ...(chatId === undefined ? {} : { chatId }),
      };
      return c.json({ permissions: commands.listPermissions(filter) });
    },
  });
  route(http, '/api/permissions/:id', { GET: (c) => c.json(commands.getPermission(param(c, 'id'))) });
  route(http, '/api/permissions/:id/answer', {
    POST: async (c) => c.json(commands.answerPermission(param(c, 'id'), await bodyOf(c, AnswerPermission))),
  });
}
