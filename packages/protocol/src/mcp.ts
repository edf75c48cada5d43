import { z } from 'zod';
import { ProjectId } from './id-schemas.ts';

/** What stands for a value that is kept elsewhere: `${env:NAME}` of the server, or `${secret:NAME}` of its secrets file. */
export const MCP_REFERENCE = /\$\{(env|secret):([A-Za-z_][A-Za-z0-9_]{0,127})\}/g;

const Text = z.string().min(1).max(10_000);
const Values = z.record(z.string().min(1).max(200), z.string().max(10_000));

/**
 * How an MCP server is reached, in ACP's words. Every text may hold references (`MCP_REFERENCE`); they are filled in for the
 * agent only, and are what is stored and shown.
 */
export const McpTransport = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('stdio'),
    command: Text,
    args: z.array(z.string().max(10_000)).max(200).default([]),
    env: Values.default({}),
  }),
  z.strictObject({
    type: z.enum(['http', 'sse']),
    url: z
      .string()
      .max(10_000)
      .regex(
        /^https?:\/\/[^\s/@]+([/?][^\s]*)?$/,
        'expected an address such as https://example.com/mcp, without a login in it',
      ),
    headers: Values.default({}),
  }),
]);
export type McpTransport = z.infer<typeof McpTransport>;

export const McpServerName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected a name such as "github"');
const SecretName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'expected a name such as GITHUB_TOKEN');

/** An MCP server that agents are given when an agent session is opened. */
export const McpServer = z.object({
  id: z.string(),
  name: z.string(),
  /** null: for every project; one of a project goes before one of the same name for all */
  projectId: z.string().nullable(),
  transport: McpTransport,
  enabled: z.boolean(),
  createdAt: z.number(),
});
export type McpServer = z.infer<typeof McpServer>;

/** As the server answers it. `missing`: references (`env:NAME`, `secret:NAME`) that stand for nothing now. */
export const McpServerInfo = McpServer.extend({ missing: z.array(z.string()) });
export type McpServerInfo = z.infer<typeof McpServerInfo>;

/**
 * POST /api/mcp-servers. 409 when the place has one of that name. A secret is refused where it would be stored: it must be a
 * reference.
 */
export const CreateMcpServer = z.strictObject({
  name: McpServerName,
  projectId: ProjectId.nullable().default(null),
  transport: McpTransport,
});
export type CreateMcpServer = z.input<typeof CreateMcpServer>;

/** PATCH /api/mcp-servers/:id */
export const UpdateMcpServer = z.strictObject({
  transport: McpTransport.optional(),
  enabled: z.boolean().optional(),
});
export type UpdateMcpServer = z.input<typeof UpdateMcpServer>;

/** PUT /api/mcp-secrets/:name: kept in a file that only the user of the server can read, and never answered. */
export const SetMcpSecret = z.strictObject({ value: z.string().min(1).max(100_000) });
export type SetMcpSecret = z.infer<typeof SetMcpSecret>;
export const McpSecretName = SecretName;

/**
 * GET /api/mcp-servers?projectId=: those of every project and, with a project, its own. Agent sessions that are open keep the
 * servers they were opened with.
 */
export const McpServerList = z.object({
  servers: z.array(McpServerInfo),
  /** names only */
  secrets: z.array(z.string()),
});
export type McpServerList = z.infer<typeof McpServerList>;
