import type { Schedule } from '@pilotlight/protocol';
import { Option, type Command } from 'commander';
import { answerWith, listCommand, withCommonOptions } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import { readInput } from '../prompt/read-input.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';
import { taskFieldsOf, withLimitOptions, type LimitOptions } from './task-options.ts';

interface When {
  timeZone?: string;
  overlap?: Schedule['overlap'];
  missed?: Schedule['missed'];
}
type NewOptions = CommonOptions &
  LimitOptions &
  When & { project?: string; name?: string; agent?: string; model?: string; inPlace?: boolean };

export function scheduleCommand(program: Command): void {
  const schedule = program.command('schedule').description('Tasks at times');
  listCommand(schedule, 'All schedules, with when each is due next').action((options: CommonOptions) =>
    answerWith(options, (client) => client.listSchedules(), scheduleTable),
  );
  const add = schedule
    .command('new')
    .argument('<cron>', 'minute hour day month weekday, as "0 3 * * 1-5", or @daily')
    .argument('[words...]', 'what to do; - reads it from stdin')
    .description('Make a task whenever it is due')
    .option('--name <name>', 'what it is called (default: the first words of the prompt)')
    .option('--project <id or folder>', 'in which project (default: that of the present folder)')
    .option('--agent <name>', 'which agent (default: the first one found)')
    .option('--model <model>', 'which model of that agent')
    .option('--in-place', 'work in the folder itself instead of a worktree');
  withCommonOptions(withLimitOptions(withWhen(add))).action(
    (cron: string, words: string[], options: NewOptions) =>
      answerWith(
        options,
        async (client, cli) => {
          const content = await readInput(words, { file: [], image: [] }, cli.cwd);
          const task = taskFieldsOf(content, options, cli.env);
          const [first] = content;
          const name = options.name ?? (first?.type === 'text' ? sanitizeLine(first.text, 60) : cron);
          const projectId = await projectOf(client, cli.cwd, options.project);
          return client.createSchedule({ projectId, name, cron, ...whenOf(options), task });
        },
        (made) => scheduleTable([made]),
      ),
  );
  const change = schedule
    .command('change')
    .argument('<id>')
    .description('Change when it is due')
    .option('--cron <cron>');
  withCommonOptions(withWhen(change)).action(
    (id: string, options: CommonOptions & When & { cron?: string }) =>
      answerWith(
        options,
        (client) => {
          const cron = options.cron === undefined ? {} : { cron: options.cron };
          return client.updateSchedule(id, { ...cron, ...whenOf(options) });
        },
        (changed) => scheduleTable([changed]),
      ),
  );
  for (const [word, enabled] of [
    ['on', true],
    ['off', false],
  ] as const) {
    withCommonOptions(
      schedule
        .command(word)
        .argument('<id>')
        .description(enabled ? 'It makes tasks again' : 'It makes no tasks'),
    ).action((id: string, options: CommonOptions) =>
      answerWith(
        options,
        (client) => client.updateSchedule(id, { enabled }),
        (changed) => scheduleTable([changed]),
      ),
    );
  }
  withCommonOptions(
    schedule.command('remove').argument('<id>').description('Forget it; its tasks stay'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.removeSchedule(id),
      () => '',
    ),
  );
}

function withWhen(command: Command): Command {
  return command
    .option('--time-zone <zone>', 'as Europe/Berlin (default: that of the server)')
    .addOption(
      new Option('--overlap <rule>', 'while its last task runs (default: skip)').choices(['skip', 'start']),
    )
    .addOption(
      new Option('--missed <rule>', 'for times at which no server ran (default: run_once)').choices([
        'skip',
        'run_once',
      ]),
    );
}

function whenOf({ timeZone, overlap, missed }: When): When {
  return {
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(missed === undefined ? {} : { missed }),
  };
}

function scheduleTable(schedules: readonly Schedule[]): string {
  if (schedules.length === 0) return 'There is no schedule.';
  return table(
    schedules.map(({ id, cron, timeZone, nextAt, last, name }) => [
      id,
      `${cron} ${timeZone}`,
      nextAt === null ? 'off' : `next ${new Date(nextAt).toISOString()}`,
      last === null ? '' : `last ${last.outcome}`,
      sanitizeLine(name, 60),
    ]),
  );
}
