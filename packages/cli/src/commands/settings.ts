import type { UpdateSettings } from '@pilotlight/protocol';
import { Argument, type Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';
import { table } from '../terminal/table.ts';

/** As they are named here → as the server names them, and what they do. */
const SETTINGS = {
  'continue-interrupted': {
    key: 'continueInterrupted',
    about: 'an interrupted turn goes on by itself, once',
  },
  'go-on-after-limit': {
    key: 'goOnAfterLimit',
    about: 'a chat parked by a usage limit goes on by itself when that resets',
  },
} as const satisfies Record<string, { key: keyof UpdateSettings; about: string }>;

type Name = keyof typeof SETTINGS;

export function settingsCommand(program: Command): void {
  withCommonOptions(
    program
      .command('settings')
      .addArgument(new Argument('[name]', 'what to change').choices(Object.keys(SETTINGS)))
      .addArgument(new Argument('[value]').choices(['on', 'off']))
      .description('Show or change what the server does for all its clients'),
  ).action((name: Name | undefined, value: 'on' | 'off' | undefined, options: CommonOptions) =>
    answerWith(
      options,
      (client) =>
        name === undefined || value === undefined
          ? client.getSettings()
          : client.updateSettings({ [SETTINGS[name].key]: value === 'on' }),
      (settings) =>
        table(
          Object.entries(SETTINGS)
            .filter(([each]) => name === undefined || each === name)
            .map(([each, { key, about }]) => [each, settings[key] ? 'on' : 'off', about]),
        ),
    ),
  );
}
