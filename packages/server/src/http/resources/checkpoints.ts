import { ForkChat, RestoreFiles, SetCheckpointSettings, UndoTurn } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

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
  for (const [of, find] of [
    ['projects', (id: string) => commands.getProject(id)],
    ['sessions', (id: string) => commands.getSession(id)],
  ] as const) {
    route(http, `/api/${of}/:id/checkpoint-settings`, {
      GET: (c) => c.json(checkpoints.settings(find(param(c, 'id')))),
      PUT: async (c) => {
        const owner = find(param(c, 'id'));
        const { ignored } = await bodyOf(c, SetCheckpointSettings);
        return c.json(checkpoints.setKeepsIgnored(owner, ignored));
      },
    });
  }
}
