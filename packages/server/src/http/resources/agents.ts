import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { ImportAgentSession, LogIn, SetKey } from '@pilotlight/protocol';
import { z } from 'zod';
import type { EventStream, EventStreams } from '../event-streams.ts';
import type { HttpDeps } from '../http-deps.ts';
import { toProblem } from '../problem.ts';
import { bodyOf, param, queryOf, route } from '../route.ts';
import type { Http } from '../route.ts';

const OfProject = z.strictObject({ projectId: z.string() });
const Install = z.strictObject({
  version: z
    .string()
    .regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/)
    .optional(),
});

/**
 * POST …/install answers events: `line` {line} while it works, then `result` (the agent) or `problem`. A client that
 * goes away ends the installation; one that cannot begin is answered as any other request.
 */
export function agentRoutes(http: Http, deps: Pick<HttpDeps, 'commands'>, streams: EventStreams): void {
  const { commands } = deps;
  route(http, '/api/agents', { GET: async (c) => c.json(await commands.listAgents()) });
  route(http, '/api/agents/:id/login', {
    GET: async (c) => c.json(await commands.agentLogin(param(c, 'id'))),
    POST: async (c) => c.json(await commands.logIn(param(c, 'id'), await bodyOf(c, LogIn))),
  });
  route(http, '/api/agents/:id/key', {
    PUT: async (c) => c.json(await commands.setKey(param(c, 'id'), await bodyOf(c, SetKey))),
    DELETE: async (c) => {
      await commands.removeKeys(param(c, 'id'));
      return c.body(null, 204);
    },
  });
  route(http, '/api/agents/:id/sessions', {
    GET: async (c) => {
      const { projectId } = queryOf(c, OfProject);
      return c.json({ conversations: await commands.listAgentConversations(param(c, 'id'), projectId) });
    },
  });
  route(http, '/api/agents/:id/sessions/import', {
    POST: async (c) =>
      c.json(await commands.importAgentSession(param(c, 'id'), await bodyOf(c, ImportAgentSession)), 201),
  });
  route(http, '/api/agents/:id/install', {
    POST: async (c) => {
      const { version } = await bodyOf(c, Install);
      const { outgoing } = c.env;
      const gone = new AbortController();
      outgoing.once('close', () => gone.abort());
      let stream: EventStream | null = null;
      const send = (event: string, data: unknown): void => {
        stream ??= streams.open(outgoing, () => {});
        stream.send(event, JSON.stringify(data));
      };
      const onLine = (line: string): void => send('line', { line });
      const options = { signal: gone.signal, onLine, ...(version === undefined ? {} : { version }) };
      try {
        send('result', await commands.installAgent(param(c, 'id'), options));
      } catch (error) {
        // What is refused before it begins is answered by its status, as everywhere.
        if (stream === null) throw error;
        send('problem', toProblem(error));
      }
      outgoing.end();
      return RESPONSE_ALREADY_SENT;
    },
  });
}
