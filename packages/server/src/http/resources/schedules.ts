import { CreateSchedule, OccurrenceQuery, UpdateSchedule } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

export function scheduleRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  const { schedules } = commands;
  route(http, '/api/schedules', {
    GET: (c) => c.json({ schedules: schedules.list() }),
    POST: async (c) => c.json(await schedules.create(await bodyOf(c, CreateSchedule)), 201),
  });
  route(http, '/api/schedules/next', {
    GET: (c) => {
      const { cron, timeZone } = queryOf(c, OccurrenceQuery);
      return c.json(schedules.preview(cron, timeZone));
    },
  });
  route(http, '/api/schedules/:id', {
    GET: (c) => c.json(schedules.get(param(c, 'id'))),
    PATCH: async (c) => c.json(await schedules.update(param(c, 'id'), await bodyOf(c, UpdateSchedule))),
    DELETE: (c) => {
      schedules.remove(param(c, 'id'));
      return c.body(null, 204);
    },
  });
}
