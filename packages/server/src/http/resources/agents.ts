import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { z } from 'zod';
import type { EventStreams } from '../event-streams.ts';
import type { HttpDeps } from '../http-deps.ts';
import { toProblem } from '../problem.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

const Install = z.strictObject({
  version: z
    .string()
    .regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/)
    .optional(),
});

/**
 * POST …/install answers events: `line` {line} while it works, then `result` (the agent) or `problem`. A client that
 * goes away ends the installation.
 */
export function agentRoutes(http: Http, deps: Pick<HttpDeps, 'commands'>, streams: EventStreams): void {
  const { commands } = deps;
  route(http, '/api/agents', { GET: async (c) => c.json({ agents: await commands.listAgents() }) });
  route(http, '/api/agents/:id/install', {
    POST: async (c) => {
      const { version } = await bodyOf(c, Install);
      const gone = new AbortController();
      const stream = streams.open(c.env.outgoing, () => gone.abort());
      const onLine = (line: string): void => stream.send('line', JSON.stringify({ line }));
      const options = { signal: gone.signal, onLine, ...(version === undefined ? {} : { version }) };
      try {
        const agent = await commands.installAgent(param(c, 'id'), options);
        stream.send('result', JSON.stringify(agent));
      } catch (error) {
        stream.send('problem', JSON.stringify(toProblem(error)));
      }
      stream.end();
      return RESPONSE_ALREADY_SENT;
    },
  });
}
