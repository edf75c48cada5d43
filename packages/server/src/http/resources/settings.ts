import { UpdateSettings } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, route } from '../route.ts';
import type { Http } from '../route.ts';

export function settingRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/settings', {
    GET: (c) => c.json(commands.getSettings()),
    PATCH: async (c) => c.json(commands.updateSettings(await bodyOf(c, UpdateSettings))),
  });
}
