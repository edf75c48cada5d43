import { CreateTask } from '@pilotlight/protocol';
import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

const Filter = z.strictObject({ projectId: z.string().optional() });

export function taskRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/tasks', {
    GET: (c) => c.json({ tasks: commands.listTasks(queryOf(c, Filter).projectId) }),
    POST: async (c) => {
      const { task, turn, created } = await commands.createTask(await bodyOf(c, CreateTask));
      return c.json({ task, turn }, created ? 202 : 200);
    },
  });
  route(http, '/api/tasks/:id', { GET: (c) => c.json(commands.getTask(param(c, 'id'))) });
}
