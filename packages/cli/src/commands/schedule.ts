import { PilotlightError, type Schedule, type UpdateSchedule } from '@pilotlight/protocol';
import { Option, type Command } from 'commander';
import { answerWith, listCommand, withCommonOptions } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import { readInput } from '../prompt/read-input.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';
import { promptText, templateRows } from '../terminal/task-text.ts';
import { withAgentOptions, type AgentOptions } from './prompt-options.ts';
import { onAndOffCommands, removeCommand } from './source-commands.ts';
import { changedTemplate, taskFieldsOf, withLimitOptions, type LimitOptions } from './task-options.ts';

interface When {
  timeZone?: string;
  overlap?: Schedule['overlap'];
  missed?: Schedule['missed'];
}
type TaskOptions = CommonOptions & LimitOptions & AgentOptions & When & { name?: string };

const EXAMPLE = 'pilotlight schedule new "0 3 * * 1-5" "update the dependencies"';

export function scheduleCommand(program: Command): void {
  const schedule = program.command('schedule').description('Tasks at times');
  listCommand(schedule, 'All schedules, with when each is due next').action((options: CommonOptions) =>
    answerWith(options, (client) => client.listSchedules(), scheduleTable),
  );
  const add = schedule
    .command('new')
    .argument('<cron>', 'minute hour day month weekday, in quotes as "0 3 * * 1-5", or @daily')
    .argument('[words...]', 'what to do; - reads it from stdin')
    .description('Make a task whenever it is due')
    .option('--name <name>', 'what it is called (default: the first words of the prompt)')
    .option('--project <id or folder>', 'in which project (default: that of the present folder)');
  withTask(add).action((cron: string, words: string[], options: TaskOptions & { project?: string }) =>
    answerWith(
      options,
      async (client, cli) => {
        const content = await readInput(words, { file: [], image: [] }, cli.cwd, EXAMPLE);
        const task = { content, ...taskFieldsOf(options, cli.env) };
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
    .argument('[words...]', 'what to do from now on; - reads it from stdin')
    .description('Change when it is due or what it does; `none` takes a limit away')
    .option('--cron <cron>')
    .option('--name <name>');
  withTask(change)
    .option('--no-in-place', 'work in a worktree again')
    .action((id: string, words: string[], options: TaskOptions & { cron?: string }) =>
      answerWith(
        options,
        async (client, cli) => {
          const { cron, name } = options;
          const changes: UpdateSchedule = { cron, name, ...whenOf(options) };
          const fields = taskFieldsOf(options, cli.env);
          const said = words.length === 0 ? null : await readInput(words, { file: [], image: [] }, cli.cwd);
          if (said !== null || Object.keys(fields).length > 0)
            changes.task = changedTemplate((await client.getSchedule(id)).task, said, fields);
          if (Object.values(changes).every((change) => change === undefined))
            throw new PilotlightError(
              'invalid_request',
              `say what to change, for example: pilotlight schedule change ${id} --cron "0 4 * * *"`,
            );
          return client.updateSchedule(id, changes);
        },
        (changed) => scheduleTable([changed]),
      ),
    );
  withCommonOptions(
    schedule.command('show').argument('<id>').description('One schedule: when it is due, and its task'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.getSchedule(id),
      (shown) => {
        const rows = [...scheduleRows(shown), ...templateRows(shown.task)];
        return `${table(rows)}\n\n${promptText(shown.task.content)}`;
      },
    ),
  );
  withCommonOptions(
    schedule
      .command('next')
      .argument('<cron>')
      .option('--time-zone <zone>', 'as Europe/Berlin (default: that of the server)')
      .description('When a cron expression is due next; makes nothing'),
  ).action((cron: string, options: CommonOptions & { timeZone?: string }) =>
    answerWith(
      options,
      (client) => client.nextOccurrences(cron, options.timeZone),
      ({ times, timeZone }) => times.map((time) => whenText(time, timeZone)).join('\n'),
    ),
  );
  onAndOffCommands(schedule, {
    on: 'It makes tasks again',
    off: 'It makes no tasks',
    change: (client, id, enabled) => client.updateSchedule(id, { enabled }),
    text: (changed) => scheduleTable([changed]),
  });
  removeCommand(schedule, (client, id) => client.removeSchedule(id));
}

function withTask(command: Command): Command {
  return withCommonOptions(withLimitOptions(withWhen(withAgentOptions(command))));
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
    schedules.map((schedule) => [
      schedule.id,
      `${schedule.cron} ${schedule.timeZone}`,
      nextText(schedule),
      schedule.last === null ? '' : `last ${schedule.last.outcome}`,
      sanitizeLine(schedule.name, 60),
    ]),
  );
}

function scheduleRows(schedule: Schedule): string[][] {
  const { id, name, cron, timeZone, overlap, missed, last } = schedule;
  return [
    ['schedule', id],
    ['name', sanitizeLine(name, 200)],
    ['when', `${cron} ${timeZone}`],
    ['due', nextText(schedule)],
    ...(last === null ? [] : [['last', `${last.outcome}, ${whenText(last.at, timeZone)}`]]),
    ['overlap', overlap],
    ['missed', missed],
  ];
}

function nextText({ enabled, nextAt, timeZone }: Schedule): string {
  if (!enabled) return 'off';
  return nextAt === null ? 'never again' : `next ${whenText(nextAt, timeZone)}`;
}

/** A time as a clock in that zone shows it: `Mon 2026-11-30 03:00`. */
function whenText(time: number, timeZone: string): string {
  const style = { weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
  const parts = new Intl.DateTimeFormat('en', { ...style, ...clock }).formatToParts(time);
  const of = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((part) => part.type === type)?.value ?? '';
  return `${of('weekday')} ${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}
