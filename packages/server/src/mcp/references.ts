import { MCP_REFERENCE, PilotlightError, type McpTransport } from '@pilotlight/protocol';
import type { McpLaunch } from '../backends/mcp-source.ts';

/** The value that a reference stands for; undefined when it stands for nothing. */
export type Lookup = (kind: string, name: string) => string | undefined;

export interface Filled {
  server: McpLaunch;
  secrets: string[];
}

/** References that stand for nothing, as `env:NAME`, each once. */
export function missingReferences(transport: McpTransport, lookup: Lookup): string[] {
  const missing = textsOf(transport)
    .flatMap((text) => [...text.matchAll(MCP_REFERENCE)])
    .filter(([, kind = '', name = '']) => lookup(kind, name) === undefined)
    .map(([, kind, name]) => `${kind}:${name}`);
  return [...new Set(missing)];
}

/** The server as an agent is told of it. Every reference must stand for something. */
export function fillReferences(name: string, transport: McpTransport, lookup: Lookup): Filled {
  const secrets: string[] = [];
  const fill = (text: string): string =>
    text.replaceAll(MCP_REFERENCE, (_whole, kind: string, reference: string) => {
      const value = lookup(kind, reference) ?? '';
      secrets.push(value);
      return value;
    });
  const fillAll = (values: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fill(value)]));
  const server: McpLaunch =
    transport.type === 'stdio'
      ? {
          name,
          type: 'stdio',
          command: fill(transport.command),
          args: transport.args.map(fill),
          env: fillAll(transport.env),
        }
      : { name, type: transport.type, url: fill(transport.url), headers: fillAll(transport.headers) };
  return { server, secrets };
}

const SECRET_NAME = /auth|token|secret|passw|api[-_]?key|credential|cookie/i;

/** What is stored is shown to everybody who is signed in. @throws PilotlightError `invalid_request` for a plain secret */
export function refusePlainSecrets(transport: McpTransport): void {
  const values = Object.entries(transport.type === 'stdio' ? transport.env : transport.headers);
  const plain = values.find(
    ([name, value]) => SECRET_NAME.test(name) && value !== '' && value.search(MCP_REFERENCE) === -1,
  );
  if (plain === undefined) return;
  const [name] = plain;
  throw new PilotlightError(
    'invalid_request',
    `The value of ${name} looks like a secret, which is not stored here. Say \`\${env:NAME}\` for a variable of the server's ` +
      `environment, or keep it with \`pilotlight mcp secret NAME\` and say \`\${secret:NAME}\`.`,
    { details: { field: name } },
  );
}

function textsOf(transport: McpTransport): string[] {
  return transport.type === 'stdio'
    ? [transport.command, ...transport.args, ...Object.values(transport.env)]
    : [transport.url, ...Object.values(transport.headers)];
}
