import { newId, TaskPriority, type Task, type Turn } from '@pilotlight/protocol';
import type { Client } from '@pilotlight/client';
import { Argument, type Command } from 'commander';
import { answerWith, createCli, withCommonOptions, type Cli } from '../cli.ts';
import { exitCodeOfTask } from '../exit-codes.ts';
import { projectOf } from '../project-of.ts';
import { readInput } from '../prompt/read-input.ts';
import { runTurn } from '../prompt/run-turn.ts';
import type { CommonOptions } from '../settings.ts';
import { taskTable, taskText } from '../terminal/task-text.ts';
import { policyOf, serverForPrompt, withPromptOptions } from './prompt-options.ts';
import type { PromptOptions } from './prompt-options.ts';
import { compareCommands } from './task-compare.ts';
import { refuseMistyped } from './refuse-mistyped.ts';
import { taskFieldsOf, withLimitOptions } from './task-options.ts';
import type { LimitOptions } from './task-options.ts';

type TaskOptions = PromptOptions & LimitOptions & { project?: string; follow?: boolean; wait?: boolean };

const EXAMPLE = 'pilotlight task "update the dependencies" --timeout 1h';

export function taskCommand(program: Command): void {
  const task = program
    .command('task')
    .description('Prompts that run on their own')
    .usage('"what to do" [options]\n       pilotlight task <command>')
    .addHelpText('after', '\nHow a task runs is said with the options of: pilotlight task run --help');
  const run = task
    .command('run', { isDefault: true })
    .argument('[words...]', 'what to do; - reads it from stdin')
    .description('Start a task in a session of its own, and come back at once')
    .option('--project <id or folder>', 'in which project (default: that of the present folder)')
    .option('--follow', 'stay and show the answer')
    .option('--wait', 'stay until it has ended; the exit code says how');
  withCommonOptions(withLimitOptions(withPromptOptions(run))).action(
    (words: string[], options: TaskOptions) =>
      runTask(
        words,
        options,
        task.commands.map((each) => each.name()),
      ),
  );
  compareCommands(task);
  withCommonOptions(task.command('list').description('Tasks, oldest first')).action(
    (options: CommonOptions) =>
      answerWith(
        options,
        (client) => client.listTasks(),
        (tasks) => taskTable(tasks, Date.now()),
      ),
  );
  withCommonOptions(
    task.command('show').argument('<id>').description('One task: how it stands, and its result'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      async (client) => {
        const found = await client.getTask(id);
        const turn = found.chatId === null ? null : await turnOf(client, found);
        return { task: found, turn };
      },
      ({ task: found }) => taskText(found, Date.now()),
    ),
  );
  withCommonOptions(
    task
      .command('cancel')
      .argument('<id>')
      .description('One that waits ends at once, one that runs is stopped'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.cancelTask(id),
      (cancelled) => taskTable([cancelled], Date.now()),
    ),
  );
  withCommonOptions(
    task
      .command('priority')
      .argument('<id>')
      .addArgument(new Argument('<priority>').choices(TaskPriority.options))
      .description('Who goes first of those that wait'),
  ).action((id: string, priority: TaskPriority, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.updateTask(id, { priority }),
      (changed) => taskTable([changed], Date.now()),
    ),
  );
  withCommonOptions(
    task.command('retry').argument('<id>').description('The same text once more, as a new task'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.retryTask(id, { id: newId('task'), turnId: newId('turn') }),
      ({ task: again }) => again.id,
    ),
  );
  withCommonOptions(
    task.command('remove').argument('<id>').description('Forget one that has ended; its session stays'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.removeTask(id),
      () => '',
    ),
  );
}

/** A turn is gone when its chat was removed. */
async function turnOf(client: Client, { turnId }: Task): Promise<Turn | null> {
  return client.getTurn(turnId).catch(() => null);
}

async function runTask(words: string[], options: TaskOptions, names: readonly string[]): Promise<void> {
  const cli = createCli(options);
  refuseMistyped(words, names);
  const content = await readInput(words, options, cli.cwd, EXAMPLE);
  const client = await serverForPrompt(options, cli);
  const ids = { id: newId('task'), turnId: newId('turn') };
  const created = await client.createTask({
    ...ids,
    projectId: await projectOf(client, cli.cwd, options.project),
    content,
    ...taskFieldsOf(options, cli.env),
  });
  if (options.follow === true) process.exitCode = await follow(cli, client, created.task, options);
  else if (options.wait === true) process.exitCode = await wait(cli, client, created.task);
  else if (cli.json) cli.screen.line(JSON.stringify(created));
  else {
    cli.screen.line(created.task.id);
    cli.screen.note(cli.screen.style.dim(`• ${whereItIs(created.task)}`));
  }
}

function whereItIs({ id, chatId }: Task): string {
  if (chatId === null) return `waits for a free place: pilotlight task show ${id}`;
  return `runs in chat ${chatId}: pilotlight chat show ${chatId}`;
}

/** Shows its turn as that of a prompt, as soon as it has one. */
async function follow(cli: Cli, client: Client, task: Task, options: TaskOptions): Promise<number> {
  if (task.chatId === null) cli.screen.note(cli.screen.style.dim(`• ${whereItIs(task)}`));
  const started = await client.waitForTask(task.id, {
    until: ({ chatId, endedAt }) => chatId !== null || endedAt !== null,
  });
  const { chatId, turnId } = started;
  if (chatId === null) return exitCodeOfTask(started.state);
  const submit = (): Promise<Turn> => client.getTurn(turnId);
  return runTurn({ cli, client, chatId, turnId, policy: policyOf(options, cli), submit });
}

async function wait(cli: Cli, client: Client, { id }: Task): Promise<number> {
  const ended = await client.waitForTask(id, {
    onTask: (task) => {
      if (!cli.json && task.state === 'needs_you')
        cli.screen.note(cli.screen.style.dim(`• needs you: pilotlight permissions, or the page`));
    },
  });
  cli.screen.line(cli.json ? JSON.stringify(ended) : taskText(ended, Date.now()));
  return exitCodeOfTask(ended.state);
}
