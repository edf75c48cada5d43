import { PilotlightError, type Settings, type UpdateSettings } from '@pilotlight/protocol';
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

const LIMITS = {
  'task-limit': 'tasks that may run at the same time',
  'task-limit-per-agent': 'of them with the same agent',
} as const;

export function settingsCommand(program: Command): void {
  withCommonOptions(
    program
      .command('settings')
      .addArgument(
        new Argument('[name]', 'what to change').choices([...Object.keys(SETTINGS), ...Object.keys(LIMITS)]),
      )
      .argument(
        '[value]',
        '`on` or `off`; for a limit a number, which may be of one agent: claude=1, claude=default',
      )
      .description('Show or change what the server does for all its clients'),
  ).action((name: string | undefined, value: string | undefined, options: CommonOptions) =>
    answerWith(
      options,
      async (client) => {
        if (name === undefined || value === undefined) return client.getSettings();
        return client.updateSettings(changeOf(name, value));
      },
      (settings) =>
        table(
          [
            ...Object.entries(SETTINGS).map(([each, { key, about }]) => [
              each,
              settings[key] ? 'on' : 'off',
              about,
            ]),
            ...Object.entries(LIMITS).map(([each, about]) => [each, limitText(each, settings), about]),
          ].filter(([each]) => name === undefined || each === name),
        ),
    ),
  );
}

/** @throws PilotlightError `invalid_request` */
function changeOf(name: string, value: string): UpdateSettings {
  if (Object.hasOwn(SETTINGS, name)) {
    if (value !== 'on' && value !== 'off')
      throw new PilotlightError('invalid_request', `${name} is "${value}"; expected on or off.`);
    return { [SETTINGS[name as keyof typeof SETTINGS].key]: value === 'on' };
  }
  if (name === 'task-limit') return { taskLimits: { machine: limitOf(name, value) } };
  const [, agent, number = value] = /^([a-z0-9_-]+)=(.*)$/.exec(value) ?? [];
  if (agent === undefined) return { taskLimits: { agent: limitOf(name, value) } };
  const limit = number === 'default' ? null : limitOf(name, number);
  return { taskLimits: { agents: { [agent]: limit } } };
}

/** @throws PilotlightError `invalid_request` */
function limitOf(name: string, text: string): number {
  if (/^([1-9]\d?|100)$/.test(text)) return Number(text);
  const own = name === 'task-limit' ? '' : ', also of one agent: claude=1, or claude=default';
  throw new PilotlightError(
    'invalid_request',
    `${name} is "${text}"; expected a number from 1 to 100${own}.`,
  );
}

function limitText(name: string, { taskLimits }: Settings): string {
  if (name === 'task-limit') return String(taskLimits.machine);
  const own = Object.entries(taskLimits.agents).map(([agent, limit]) => `${agent}=${limit}`);
  return [String(taskLimits.agent), ...own].join(' ');
}
