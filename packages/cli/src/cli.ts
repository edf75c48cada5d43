import type { Client } from '@pilotlight/client';
import type { Command } from 'commander';
import { requireServer } from './server/find-server.ts';
import { readSettings } from './settings.ts';
import type { CommonOptions, Settings } from './settings.ts';
import { Screen } from './terminal/screen.ts';

/** What a command has to work with. */
export interface Cli {
  env: NodeJS.ProcessEnv;
  cwd: string;
  screen: Screen;
  settings: Settings;
  /** true: machine-readable output was asked for */
  json: boolean;
}

/** Adds the options every command has. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print JSON')
    .option('--data <folder>', 'data folder (PILOTLIGHT_DATA)')
    .option('--url <url>', 'address of the server (PILOTLIGHT_URL)');
}

/** The command of a group that is run when none is named. */
export function listCommand(group: Command, description: string): Command {
  const list = group.command('list', { isDefault: true }).description(description).allowExcessArguments();
  list.hook('preAction', ({ args: [word] }) => {
    // A mistyped name comes here too.
    if (word !== undefined) group.error(`error: unknown command '${word}'`);
  });
  return withCommonOptions(list);
}

/** @throws PilotlightError `config_invalid` */
export function createCli(options: CommonOptions): Cli {
  const { env } = process;
  return {
    env,
    cwd: process.cwd(),
    screen: new Screen(process.stdout, process.stderr, env),
    settings: readSettings(options, env),
    json: options.json === true,
  };
}

/** Runs a command that asks the server one thing: prints `value` as JSON, or as `text` of it. */
export async function answerWith<T>(
  options: CommonOptions,
  ask: (client: Client, cli: Cli) => Promise<T>,
  text: (value: T, cli: Cli) => string,
): Promise<void> {
  const cli = createCli(options);
  const value = await ask(await requireServer(cli.settings), cli);
  if (cli.json) cli.screen.line(JSON.stringify(value ?? null));
  else {
    const shown = text(value, cli);
    if (shown !== '') cli.screen.line(shown);
  }
}
