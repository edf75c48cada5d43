import type { Client } from '@pilotlight/client';
import { PilotlightError, type McpServerInfo, type McpTransport } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { text as readAll } from 'node:stream/consumers';
import { answerWith, listCommand, withCommonOptions, type Cli } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';

interface PlaceOptions extends CommonOptions {
  project?: string;
  here?: true;
}

interface AddOptions extends PlaceOptions {
  http?: string;
  sse?: string;
  env: string[];
  header: string[];
}

const FROM_NOW =
  'agent sessions that are opened from now on have it so; `pilotlight release <chat>` closes one that is open';

export function mcpCommand(program: Command): void {
  const mcp = program.command('mcp').description('MCP servers that agents are given');
  withPlace(listCommand(mcp, 'Those of every project, and of one'), 'with those of').action(
    (options: PlaceOptions) =>
      answerWith(
        options,
        async (client, cli) => client.listMcpServers((await placeOf(client, cli, options)) ?? undefined),
        ({ servers, secrets }, cli) =>
          [
            table(servers.map((server) => row(server, cli))),
            ...(secrets.length === 0 ? [] : [cli.screen.style.dim(`secrets: ${secrets.join(', ')}`)]),
          ]
            .filter((line) => line !== '')
            .join('\n'),
      ),
  );
  withCommonOptions(
    withPlace(
      mcp
        .command('add')
        .argument('<name>')
        .argument('[command...]', 'what starts it, behind --')
        .option('--http <url>', 'one that is reached over HTTP')
        .option('--sse <url>', 'as --http with server-sent events, the older way')
        .option('--env <NAME=value>', 'of its environment; may be repeated', collect, [])
        .option('--header <Name=value>', 'of every request; may be repeated', collect, []),
      'only for',
    ).description('Add one; a secret is said as ${env:NAME} or ${secret:NAME}'),
  ).action((name: string, command: string[], options: AddOptions) =>
    answerWith(
      options,
      async (client, cli) =>
        client.createMcpServer({
          name,
          transport: transportOf(command, options),
          projectId: await placeOf(client, cli, options),
        }),
      (added, cli) => `${table([row(added, cli)])}\n${cli.screen.style.dim(FROM_NOW)}`,
    ),
  );
  const change = (word: string, about: string, ask: (client: Client, id: string) => Promise<unknown>) =>
    withCommonOptions(
      withPlace(mcp.command(word).argument('<name>'), 'the one of').description(about),
    ).action((name: string, options: PlaceOptions) =>
      answerWith(
        options,
        async (client, cli) => ask(client, (await find(client, cli, name, options)).id),
        () => FROM_NOW,
      ),
    );
  change('enable', 'Give it to agents again', (client, id) => client.updateMcpServer(id, { enabled: true }));
  change('disable', 'Keep it, and give it to no agent', (client, id) =>
    client.updateMcpServer(id, { enabled: false }),
  );
  change('remove', 'Forget it', (client, id) => client.removeMcpServer(id));
  withCommonOptions(
    mcp
      .command('secret')
      .argument('<name>', 'as in ${secret:NAME}')
      .option('--remove', 'forget it')
      .description('Keep what comes in on stdin as a secret, in a file of the data folder'),
  ).action((name: string, options: CommonOptions & { remove?: true }) =>
    answerWith(
      options,
      async (client) => {
        if (options.remove === true) return client.removeMcpSecret(name);
        return client.setMcpSecret(name, await secretFromStdin());
      },
      () => FROM_NOW,
    ),
  );
}

function withPlace(command: Command, what: string): Command {
  return command
    .option('--project <id or folder>', `${what} this project`)
    .option('--here', `${what} the project of the current folder`);
}

/** null: every project. */
async function placeOf(client: Client, { cwd }: Cli, options: PlaceOptions): Promise<string | null> {
  const isAll = options.project === undefined && options.here !== true;
  return isAll ? null : projectOf(client, cwd, options.project);
}

async function find(client: Client, cli: Cli, name: string, options: PlaceOptions): Promise<McpServerInfo> {
  const projectId = await placeOf(client, cli, options);
  const { servers } = await client.listMcpServers(projectId ?? undefined);
  const found = servers.find((server) => server.name === name && server.projectId === projectId);
  if (found !== undefined) return found;
  const where =
    projectId === null ? 'for every project (--project or --here name one)' : `in project ${projectId}`;
  throw new PilotlightError('not_found', `there is no MCP server "${name}" ${where}`);
}

function transportOf([command, ...args]: string[], { http, sse, env, header }: AddOptions): McpTransport {
  const url = http ?? sse;
  if (url !== undefined && command === undefined && env.length === 0)
    return { type: http === undefined ? 'sse' : 'http', url, headers: pairs(header) };
  if (url === undefined && command !== undefined && header.length === 0)
    return { type: 'stdio', command, args, env: pairs(env) };
  throw new PilotlightError(
    'invalid_request',
    'say what starts it, as in `pilotlight mcp add files -- npx some-server --root .` (with --env), or --http (with --header)',
  );
}

function pairs(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1)
        throw new PilotlightError('invalid_request', 'expected NAME=value behind --env and --header');
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** Without the newline at its end, which an editor or `echo` adds. */
async function secretFromStdin(): Promise<string> {
  const value = process.stdin.isTTY === true ? '' : (await readAll(process.stdin)).replace(/\r?\n$/, '');
  if (value !== '') return value;
  throw new PilotlightError(
    'invalid_request',
    'send the secret in on stdin, as in `pilotlight mcp secret GITHUB_TOKEN < token.txt`',
  );
}

function row({ name, transport, projectId, enabled, missing }: McpServerInfo, { screen }: Cli): string[] {
  const how = transport.type === 'stdio' ? [transport.command, ...transport.args].join(' ') : transport.url;
  const problem = missing.length > 0 ? screen.style.red(`${missing.join(', ')} is not set`) : '';
  return [
    enabled ? screen.style.green('✓') : screen.style.dim('•'),
    name,
    projectId ?? 'every project',
    transport.type,
    sanitizeLine(how, 60),
    enabled ? problem : 'disabled',
  ];
}
