import { CreateMcpServer, McpSecretName, SetMcpSecret, UpdateMcpServer } from '@pilotlight/protocol';
import { z } from 'zod';
import type { HttpDeps } from '../http-deps.ts';
import { invalidRequest } from '../problem.ts';
import { bodyOf, param, queryOf, route } from '../route.ts';
import type { Http, HttpContext } from '../route.ts';

const Filter = z.strictObject({ projectId: z.string().optional() });

/** A secret goes in and is never answered. */
export function mcpServerRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/mcp-servers', {
    GET: (c) => c.json(commands.listMcpServers(queryOf(c, Filter).projectId)),
    POST: async (c) => c.json(commands.createMcpServer(await bodyOf(c, CreateMcpServer)), 201),
  });
  route(http, '/api/mcp-servers/:id', {
    PATCH: async (c) => c.json(commands.updateMcpServer(param(c, 'id'), await bodyOf(c, UpdateMcpServer))),
    DELETE: (c) => {
      commands.removeMcpServer(param(c, 'id'));
      return c.body(null, 204);
    },
  });
  route(http, '/api/mcp-secrets/:name', {
    PUT: async (c) => {
      const { value } = await bodyOf(c, SetMcpSecret);
      commands.setMcpSecret(secretName(c), value);
      return c.body(null, 204);
    },
    DELETE: (c) => {
      commands.removeMcpSecret(secretName(c));
      return c.body(null, 204);
    },
  });
}

function secretName(c: HttpContext): string {
  const name = McpSecretName.safeParse(param(c, 'name'));
  if (!name.success) throw invalidRequest('path', name.error.issues);
  return name.data;
}
