import { ForkChat, RestoreFiles, UndoTurn } from '@pilotlight/protocol';
import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

const KeepsIgnored = z.strictObject({ ignored: z.boolean() });

/** Kept states of worktrees, and sessions that were removed. */
export function checkpointRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  const { checkpoints } = commands;
  route(http, '/api/sessions/:id/checkpoints', {
    GET: (c) => c.json({ checkpoints: checkpoints.list(param(c, 'id')) }),
  });
  route(http, '/api/sessions/:id/restore', {
    POST: async (c) => c.json(await checkpoints.restore(param(c, 'id'), await bodyOf(c, RestoreFiles))),
  });
  route(http, '/api/turns/:id/checkpoints', { GET: (c) => c.json(checkpoints.ofTurn(param(c, 'id'))) });
  route(http, '/api/turns/:id/undo', {
    POST: async (c) => c.json(await checkpoints.undo(param(c, 'id'), await bodyOf(c, UndoTurn))),
  });
  route(http, '/api/turns/:id/fork', {
    POST: async (c) => c.json(await checkpoints.fork(param(c, 'id'), await bodyOf(c, ForkChat)), 201),
  });
  route(http, '/api/removed-sessions', { GET: (c) => c.json({ removed: checkpoints.listRemoved() }) });
  route(http, '/api/removed-sessions/:id/restore', {
    POST: async (c) => c.json(await checkpoints.bringBack(param(c, 'id'))),
  });
  const settings = {
    GET: (id: string) => ({ ignored: checkpoints.keepsIgnored(id) }),
    PUT: (id: string, { ignored }: z.output<typeof KeepsIgnored>) => {
      checkpoints.setKeepsIgnored(id, ignored);
      return { ignored };
    },
  };
  route(http, '/api/projects/:id/checkpoint-settings', {
    GET: (c) => c.json(settings.GET(commands.getProject(param(c, 'id')).id)),
    PUT: async (c) =>
      c.json(settings.PUT(commands.getProject(param(c, 'id')).id, await bodyOf(c, KeepsIgnored))),
  });
  route(http, '/api/sessions/:id/checkpoint-settings', {
    GET: (c) => c.json(settings.GET(commands.getSession(param(c, 'id')).id)),
    PUT: async (c) =>
      c.json(settings.PUT(commands.getSession(param(c, 'id')).id, await bodyOf(c, KeepsIgnored))),
  });
}
