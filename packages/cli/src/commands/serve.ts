import { flushCompileCache } from 'node:module';
import { networkInterfaces } from 'node:os';
import { createClient } from '@pilotlight/client';
import { PilotlightError, type StopHow } from '@pilotlight/protocol';
import type { RunningServer, ServerOptions } from '@pilotlight/server';
import type { Command } from 'commander';
import { createCli, withCommonOptions } from '../cli.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { makeDataFolder } from '../server/data-files.ts';
import { PAGE_FOLDER } from '../server/page-folder.ts';
import type { ReadyMessage } from '../server/start-detached.ts';
import { agentsProblem } from '../terminal/agents-problem.ts';
import { DEFAULT_PORT, parsePort } from '../settings.ts';
import type { CommonOptions } from '../settings.ts';

/** ms after a start, when its first requests are answered */
const KEPT_AFTER = 5000;

interface Stop {
  why: string;
  how: StopHow;
}

interface ServeOptions extends CommonOptions {
  port?: string;
  host?: string;
  allowHost: string[];
}

export function serveCommand(program: Command): void {
  const command = program
    .command('serve')
    .description('Run the server in the foreground until it is stopped')
    .option(
      '--port <port>',
      `where it listens, 0 for any free one (PILOTLIGHT_PORT, default ${DEFAULT_PORT})`,
    )
    .option('--host <address>', 'on which address it listens (default 127.0.0.1)')
    .option(
      '--allow-host <name>',
      'a further name it answers to; may be repeated',
      (name, before: string[]) => [...before, name],
      [],
    );
  withCommonOptions(command).action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const cli = createCli(options);
  const stopping = Promise.withResolvers<Stop>();
  const server = await start(options, cli, (how) => stopping.resolve({ why: 'asked to', how }));
  if (server === null) return;
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signals++ > 0 && signal === 'SIGINT') process.exit(EXIT.left);
      stopping.resolve({ why: signal, how: 'leave' });
    });
  }
  await announce(server, cli, options);
  // Node keeps what it compiled when it ends in order, and a server may be killed. Nothing is left to write at most starts.
  setTimeout(flushCompileCache, KEPT_AFTER).unref();
  const { why, how } = await stopping.promise;
  if (!cli.json) cli.screen.note(cli.screen.style.dim(`• stopping (${why})`));
  const { stopServer } = await import('@pilotlight/server');
  await stopServer(server, how);
}

async function start(
  options: ServeOptions,
  cli: Cli,
  onStopRequested: (how: StopHow) => void,
): Promise<RunningServer | null> {
  const { dataFolder } = cli.settings;
  makeDataFolder(dataFolder);
  // Without a keeper, agents end with the server.
  const processes =
    cli.env['PILOTLIGHT_KEEPER'] === 'off' ? {} : { processes: await wokenKeeper(dataFolder) };
  // The server is large; only the command that runs it loads it.
  const { composeServer } = await import('@pilotlight/server');
  const { openServerLog } = await import('../server/server-log.ts');
  const wanted = parsePort(options.port ?? null, '--port') ?? cli.settings.port;
  const base: Omit<ServerOptions, 'port'> = {
    dataFolder,
    pageFolder: PAGE_FOLDER,
    onStopRequested,
    ...processes,
    log: openServerLog(dataFolder, cli.env),
    allowedHosts: options.allowHost,
    ...(options.host === undefined ? {} : { host: options.host }),
  };
  try {
    return await composeServer({ ...base, port: wanted ?? DEFAULT_PORT });
  } catch (error) {
    if (!(error instanceof PilotlightError)) throw error;
    if (error.code === 'port_in_use' && wanted === null) {
      cli.screen.note(cli.screen.style.dim(`• port ${DEFAULT_PORT} is taken; choosing another one`));
      return composeServer({ ...base, port: 0 });
    }
    if (error.code !== 'data_folder_in_use') throw error;
    sayRunning(error, cli);
    process.exitCode = EXIT.alreadyRunning;
    return null;
  }
}

/** The keeper gets ready on another core while this process loads the server. */
async function wokenKeeper(dataFolder: string): Promise<NonNullable<ServerOptions['processes']>> {
  const { keptProcesses, wakeKeeper } = await import('@pilotlight/server/kept-processes');
  const woken = wakeKeeper(dataFolder);
  return async (folder) => {
    await woken;
    return keptProcesses(folder);
  };
}

function sayRunning(error: PilotlightError, { screen, settings, json }: Cli): void {
  const { url, pid } = error.details ?? {};
  if (json) {
    screen.line(JSON.stringify({ code: error.code, message: error.message, details: error.details }));
    return;
  }
  const where = typeof url === 'string' ? ` at ${url}` : '';
  screen.note(
    `${screen.style.amber('•')} Pilotlight already runs${where} (pid ${String(pid ?? '?')}) on ${settings.dataFolder}`,
  );
  screen.note('  use it    pilotlight prompt "…"   or   pilotlight open');
  screen.note('  end it    pilotlight stop');
  screen.note('  beside it pilotlight serve --data <another folder>');
}

async function announce(server: RunningServer, cli: Cli, options: ServeOptions): Promise<void> {
  const { screen } = cli;
  const ready: ReadyMessage = { ready: true, url: server.url };
  if (process.send !== undefined) {
    // Started by another command: what it needs goes over the channel, and no secret into the log file.
    process.send(ready);
    process.disconnect?.();
    return;
  }
  const link = server.signInLink();
  if (cli.json) {
    screen.line(
      JSON.stringify({
        url: server.url,
        pid: process.pid,
        dataFolder: cli.settings.dataFolder,
        signInLink: link,
      }),
    );
    return;
  }
  const client = createClient({ url: server.url, token: server.token });
  const [agents, health] = [await client.listAgents(), await client.health()];
  const found = agents.filter((agent) => agent.state === 'found').map((agent) => agent.id);
  screen.line(`${screen.style.amber('•')} ${screen.style.bold('Pilotlight')} ${server.url}`);
  screen.line(`  sign in  ${link}`);
  screen.line(`  agents   ${found.length === 0 ? 'none found; pilotlight agents list' : found.join(', ')}`);
  if (health.agents.error !== null) screen.note(agentsProblem(health.agents.error, screen));
  screen.line(`  data     ${cli.settings.dataFolder}`);
  if (options.host === '0.0.0.0' || options.host === '::')
    screen.line(`  reached  ${addresses(server.port).join(', ')}`);
}

function addresses(port: number): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((each) => !each.internal && each.family === 'IPv4')
    .map((each) => `http://${each.address}:${port}`);
}
