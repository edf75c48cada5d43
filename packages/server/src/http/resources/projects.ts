import { CreateProject, UpdateProject } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

export function projectRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/projects', {
    GET: (c) => c.json({ projects: commands.listProjects() }),
    POST: async (c) => c.json(await commands.createProject(await bodyOf(c, CreateProject)), 201),
  });
  route(http, '/api/projects/:id/branches', {
    GET: async (c) => c.json(await commands.listBranches(param(c, 'id'))),
  });
  route(http, '/api/projects/:id', {
    GET: (c) => c.json(commands.getProject(param(c, 'id'))),
    PATCH: async (c) => c.json(await commands.updateProject(param(c, 'id'), await bodyOf(c, UpdateProject))),
    DELETE: async (c) => {
      await commands.removeProject(param(c, 'id'));
      return c.body(null, 204);
    },
  });
}
