import type { Client } from '@pilotlight/client';
import type { CheckpointSettings } from '@pilotlight/protocol';
import { Option, type Command } from 'commander';
import type { Cli } from '../cli.ts';

export interface IgnoredOptions {
  ignored?: 'on' | 'off';
}

export function withIgnoredOption(command: Command): Command {
  return command.addOption(
    new Option('--ignored <on|off>', 'whether what git ignores is kept too, from now on').choices([
      'on',
      'off',
    ]),
  );
}

/** As it is, after the change that was asked for. What turning it on means is said beside the output. */
export async function ignoredSetting(
  client: Client,
  cli: Cli,
  of: 'projects' | 'sessions',
  id: string,
  { ignored }: IgnoredOptions,
): Promise<CheckpointSettings> {
  if (ignored === undefined) return client.checkpoints.keepsIgnored(of, id);
  const set = await client.checkpoints.setKeepsIgnored(of, id, ignored === 'on');
  if (ignored === 'on' && !cli.json) cli.screen.note(cli.screen.style.dim(CONSEQUENCE));
  return set;
}

export function ignoredText({ ignored, inherited }: CheckpointSettings): string {
  if (inherited) return 'ignored files are kept too, in all sessions of the project';
  return ignored ? 'ignored files are kept too' : 'ignored files are not kept';
}

const CONSEQUENCE =
  '• ignored files become objects of the repository, secrets such as .env too, under hidden refs that no push of ours sends (git push --mirror does); large folders take room there';
