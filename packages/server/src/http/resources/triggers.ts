import { CreateTrigger, MAX_TRIGGER_BYTES, PilotlightError, UpdateTrigger } from '@pilotlight/protocol';
import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { readBody } from '../read-body.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http, HttpContext } from '../route.ts';

const LONGEST_KEY = 200;

/** Whether a request is one to use a trigger, which has a secret of its own in place of the server's token. */
export function isTriggerUse(method: string, path: string): boolean {
  return method === 'POST' && /^\/api\/triggers\/[^/]+$/.test(path);
}

export function triggerRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  const { triggers } = commands;
  route(http, '/api/triggers', {
    GET: (c) => c.json({ triggers: triggers.list() }),
    POST: async (c) => c.json(await triggers.create(await bodyOf(c, CreateTrigger)), 201),
  });
  route(http, '/api/triggers/:id', {
    GET: (c) => c.json(triggers.get(param(c, 'id'))),
    PATCH: async (c) => c.json(await triggers.update(param(c, 'id'), await bodyOf(c, UpdateTrigger))),
    DELETE: (c) => {
      triggers.remove(param(c, 'id'));
      return c.body(null, 204);
    },
    POST: async (c) => {
      const secret = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
      const id = param(c, 'id');
      // Before a byte of the body is read.
      triggers.checkSecret(id, secret);
      const idempotencyKey = keyOf(c);
      const payload = await readBody(c.env.incoming, z.unknown(), MAX_TRIGGER_BYTES);
      const answer = await triggers.use(id, { payload, idempotencyKey });
      return c.json(answer, answer.created ? 202 : 200);
    },
  });
}

function keyOf(c: HttpContext): string | null {
  const key = c.req.header('idempotency-key') ?? null;
  if (key === null || (key !== '' && key.length <= LONGEST_KEY)) return key;
  throw new PilotlightError(
    'invalid_request',
    `the header Idempotency-Key is to have 1 to ${LONGEST_KEY} characters`,
  );
}
