import type { Client } from '@pilotlight/client';
import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';

interface Switching<T> {
  /** what each says in the help */
  on: string;
  off: string;
  change(client: Client, id: string, enabled: boolean): Promise<T>;
  text(changed: T): string;
}

/** Adds `on` and `off` to the commands about what makes tasks. */
export function onAndOffCommands<T>(group: Command, switching: Switching<T>): void {
  for (const word of ['on', 'off'] as const) {
    withCommonOptions(group.command(word).argument('<id>').description(switching[word])).action(
      (id: string, options: CommonOptions) =>
        answerWith(options, (client) => switching.change(client, id, word === 'on'), switching.text),
    );
  }
}

/** Adds `remove`. */
export function removeCommand(group: Command, remove: (client: Client, id: string) => Promise<void>): void {
  withCommonOptions(group.command('remove').argument('<id>').description('Forget it; its tasks stay')).action(
    (id: string, options: CommonOptions) =>
      answerWith(
        options,
        (client) => remove(client, id),
        () => '',
      ),
  );
}
