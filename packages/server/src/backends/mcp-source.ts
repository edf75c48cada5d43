import { PilotlightError } from '@pilotlight/protocol';

/** One MCP server as an agent is told of it: every reference is filled in, so it may hold secrets. */
export type McpLaunch =
  | { name: string; type: 'stdio'; command: string; args: string[]; env: Record<string, string> }
  | { name: string; type: 'http' | 'sse'; url: string; headers: Record<string, string> };

/** Which MCP servers the agent sessions of a project are opened with. */
export interface McpOffer {
  servers: McpLaunch[];
  /** those that cannot be given to any agent, each with why, in words */
  leftOut: LeftOut[];
  /** what was filled in: never shown, logged or written down */
  secrets: string[];
}

export interface LeftOut {
  name: string;
  why: string;
}

/** Asked each time an agent session is opened. */
export type McpSource = (projectId: string) => McpOffer;

/** Code of the notice about servers that are left out. */
export const LEFT_OUT = 'mcp_left_out';

export const NO_MCP: McpSource = () => ({ servers: [], leftOut: [], secrets: [] });

/** What the user is told of the servers that an agent works without; null when there are none. */
export function leftOutNotice(leftOut: readonly LeftOut[]): string | null {
  if (leftOut.length === 0) return null;
  const each = leftOut.map(({ name, why }) => `${name} (${why})`).join('; ');
  return `Works without ${leftOut.length === 1 ? 'this MCP server' : 'these MCP servers'}: ${each}.`;
}

const HIDDEN = '•••';
/** UTF-16 units; what is shorter is no secret, and would make words of an error unreadable */
const SHORTEST = 4;

/** The text without what must not be shown. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  // The longest first: one may be part of another.
  const hidden = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length);
  return hidden.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
}

/** The error, in which an agent may have repeated what it was told, without what must not be shown. */
export function errorWithoutSecrets(error: unknown, secrets: readonly string[]): unknown {
  if (secrets.length === 0) return error;
  if (!(error instanceof PilotlightError)) {
    if (!(error instanceof Error)) return error;
    return withoutSecrets(error.message, secrets) === error.message
      ? error
      : new Error(withoutSecrets(error.message, secrets));
  }
  const details: unknown = JSON.parse(JSON.stringify(error.details ?? {}), (_key, value: unknown) =>
    typeof value === 'string' ? withoutSecrets(value, secrets) : value,
  );
  // Without the cause, which holds the words as they came.
  return new PilotlightError(error.code, withoutSecrets(error.message, secrets), {
    details: details as Record<string, unknown>,
  });
}
