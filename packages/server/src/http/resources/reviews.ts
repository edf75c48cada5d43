import { CreateComment, MarkViewed, Selection, SendComments, UpdateComment } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

/** Marks, comments, and what is staged of a session's changes. */
export function reviewRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  const { review } = commands;
  route(http, '/api/sessions/:id/review', {
    GET: async (c) => c.json(await review.get(param(c, 'id'))),
  });
  route(http, '/api/sessions/:id/viewed', {
    PUT: async (c) => {
      review.markViewed(param(c, 'id'), await bodyOf(c, MarkViewed));
      return c.body(null, 204);
    },
  });
  route(http, '/api/sessions/:id/comments', {
    POST: async (c) =>
      c.json(await review.createComment(param(c, 'id'), await bodyOf(c, CreateComment)), 201),
  });
  route(http, '/api/sessions/:id/comments/send', {
    POST: async (c) => c.json(await review.sendComments(param(c, 'id'), await bodyOf(c, SendComments)), 202),
  });
  route(http, '/api/comments/:id', {
    PATCH: async (c) => {
      const { text } = await bodyOf(c, UpdateComment);
      return c.json(await review.updateComment(param(c, 'id'), text));
    },
    DELETE: (c) => {
      review.removeComment(param(c, 'id'));
      return c.body(null, 204);
    },
  });
  for (const what of ['stage', 'unstage'] as const) {
    route(http, `/api/sessions/:id/${what}`, {
      POST: async (c) => {
        await review[what](param(c, 'id'), await bodyOf(c, Selection));
        return c.body(null, 204);
      },
    });
  }
}
