import type { HttpDeps } from '../http-deps.ts';
import { route } from '../route.ts';
import type { Http } from '../route.ts';

export function processRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/processes', { GET: async (c) => c.json({ processes: await commands.listProcesses() }) });
  route(http, '/api/agent-sessions', {
    GET: (c) => c.json({ agentSessions: commands.listAgentSessions() }),
  });
}
