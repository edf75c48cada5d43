import { DraftMessage, MarkResolved, PlanAction, RunAction, SendConflicts } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

/** What becomes of a session's changes: commit, rebase, merge, push, pull request, and the way back. */
export function reviewActionRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  const { review } = commands;
  route(http, '/api/sessions/:id/review-facts', {
    GET: async (c) => c.json(await review.facts(param(c, 'id'))),
  });
  route(http, '/api/sessions/:id/conflicts', {
    GET: async (c) => c.json(await review.conflicts(param(c, 'id'))),
  });
  route(http, '/api/sessions/:id/conflicts/send', {
    POST: async (c) =>
      c.json(await review.sendConflicts(param(c, 'id'), await bodyOf(c, SendConflicts)), 202),
  });
  route(http, '/api/sessions/:id/conflicts/resolved', {
    POST: async (c) => c.json(await review.markResolved(param(c, 'id'), await bodyOf(c, MarkResolved))),
  });
  route(http, '/api/sessions/:id/conflicts/unresolved', {
    POST: async (c) => c.json(await review.markUnresolved(param(c, 'id'), await bodyOf(c, MarkResolved))),
  });
  route(http, '/api/sessions/:id/actions', {
    GET: async (c) => c.json({ actions: await review.listActions(param(c, 'id')) }),
    POST: async (c) => {
      const { action, created } = await review.run(param(c, 'id'), await bodyOf(c, RunAction));
      return c.json(action, created ? 201 : 200);
    },
  });
  route(http, '/api/sessions/:id/actions/plan', {
    POST: async (c) => {
      const { request } = await bodyOf(c, PlanAction);
      return c.json(await review.plan(param(c, 'id'), request));
    },
  });
  route(http, '/api/actions/:id/undo', {
    POST: async (c) => c.json(await review.undo(param(c, 'id'))),
  });
  route(http, '/api/sessions/:id/commit-message', {
    POST: async (c) => {
      const body = await bodyOf(c, DraftMessage);
      const gone = new AbortController();
      c.env.outgoing.once('close', () => gone.abort());
      return c.json(await review.draftMessage(param(c, 'id'), body, gone.signal));
    },
  });
}
