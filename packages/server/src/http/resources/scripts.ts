import { AllowScripts, NameScript } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

/** What the `.pilotlight.json` of a session's folder names: seen, allowed, started, stopped. */
export function scriptRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/sessions/:id/scripts', {
    GET: async (c) => c.json(await commands.describeScripts(param(c, 'id'))),
  });
  route(http, '/api/sessions/:id/scripts/allow', {
    POST: async (c) => {
      const { hash } = await bodyOf(c, AllowScripts);
      return c.json(await commands.allowScripts(param(c, 'id'), hash));
    },
  });
  route(http, '/api/sessions/:id/scripts/start', {
    POST: async (c) => {
      const { name } = await bodyOf(c, NameScript);
      return c.json(await commands.startScript(param(c, 'id'), name), 202);
    },
  });
  route(http, '/api/sessions/:id/scripts/stop', {
    POST: async (c) => {
      await commands.stopScript(param(c, 'id'), (await bodyOf(c, NameScript)).name);
      return c.body(null, 204);
    },
  });
  route(http, '/api/sessions/:id/scripts/:name/output', {
    GET: (c) => c.json(commands.scriptOutput(param(c, 'id'), param(c, 'name'))),
  });
}
