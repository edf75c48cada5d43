import type { Client } from '@pilotlight/client';
import { stopKeepers } from '@pilotlight/keeper';
import type { Command } from 'commander';
import { createCli, withCommonOptions } from '../cli.ts';
import { readServerFile } from '../server/data-files.ts';
import { findServer, requireServer } from '../server/find-server.ts';
import { untilGone } from '../server/until-gone.ts';
import type { CommonOptions } from '../settings.ts';

interface StopOptions extends CommonOptions {
  all?: boolean;
}

export function stopCommand(program: Command): void {
  withCommonOptions(
    program
      .command('stop')
      .description('Stop the server gracefully; running turns go on until the next one takes them up')
      .option('--all', 'end running turns and every agent too'),
  ).action((options: StopOptions) => (options.all === true ? stopAll(options) : stop(options)));
}

async function stop(options: StopOptions): Promise<void> {
  const { screen, settings, json } = createCli(options);
  const client = await requireServer(settings);
  const running = await client.listProcesses();
  const before = settings.url === null ? await readServerFile(settings.dataFolder) : null;
  const { turnsGoOn } = await client.stopServer('leave');
  if (before !== null) await untilGone(settings.dataFolder, before.pid);
  const goOn = turnsGoOn ? running.filter(({ state }) => state === 'busy').length : 0;
  if (json) return screen.line(JSON.stringify({ stopped: client.url, goOn }));
  screen.line(`✓ stopped ${client.url}`);
  if (goOn === 0) return;
  screen.line(
    `  ${goOn === 1 ? '1 agent goes on' : `${goOn} agents go on`} with what it was asked; the next`,
  );
  screen.line('  server takes that up, `pilotlight stop --all` ends it');
}

/** The server, when one runs, and the processes of the data folder, whoever started them. */
async function stopAll(options: StopOptions): Promise<void> {
  const { screen, settings, json } = createCli(options);
  const client: Client | null = await findServer(settings);
  const before = settings.url === null ? await readServerFile(settings.dataFolder) : null;
  await client?.stopServer('all');
  if (before !== null) await untilGone(settings.dataFolder, before.pid);
  const keepers = settings.url === null ? await stopKeepers(settings.dataFolder) : 0;
  const stopped = client?.url ?? null;
  if (json) screen.line(JSON.stringify({ stopped, keepers }));
  else if (stopped === null && keepers === 0) screen.line('✓ nothing ran');
  else screen.line(`✓ stopped ${stopped ?? 'what a server had left'}, and every agent`);
}
