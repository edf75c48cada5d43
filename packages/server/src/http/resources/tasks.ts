import { CreateTask, RetryTask, UpdateTask } from '@pilotlight/protocol';
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
  route(http, '/api/tasks/:id', {
    GET: (c) => c.json(commands.getTask(param(c, 'id'))),
    PATCH: async (c) => c.json(commands.updateTask(param(c, 'id'), await bodyOf(c, UpdateTask))),
    DELETE: (c) => {
      commands.removeTask(param(c, 'id'));
      return c.body(null, 204);
    },
  });
  route(http, '/api/tasks/:id/cancel', { POST: (c) => c.json(commands.cancelTask(param(c, 'id'))) });
  route(http, '/api/tasks/:id/retry', {
    POST: async (c) => {
      const body = await bodyOf(c, RetryTask);
      const { task, turn, created } = await commands.retryTask(param(c, 'id'), body);
      return c.json({ task, turn }, created ? 202 : 200);
    },
  });
}
