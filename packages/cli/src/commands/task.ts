import { newId } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, createCli, withCommonOptions } from '../cli.ts';
import { readInput } from '../prompt/read-input.ts';
import { runTurn } from '../prompt/run-turn.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';
import { policyOf, serverForPrompt, withPromptOptions } from './prompt-options.ts';
import type { PromptOptions } from './prompt-options.ts';

type TaskOptions = PromptOptions & { title?: string; follow?: boolean };

export function taskCommand(program: Command): void {
  const task = program.command('task').description('Prompts that run on their own');
  const run = task
    .command('run', { isDefault: true })
    .argument('[words...]', 'what to do; - reads it from stdin')
    .description('Start a task in a session of its own, and come back at once')
    .option('--title <title>', 'name of the session')
    .option('--follow', 'stay and show the answer');
  withCommonOptions(withPromptOptions(run)).action(runTask);
  withCommonOptions(task.command('list').description('Tasks, oldest first')).action(
    (options: CommonOptions) =>
      answerWith(
        options,
        (client) => client.listTasks(),
        (tasks) =>
          table(tasks.map((each) => [each.id, each.agent, each.chatId, sanitizeLine(each.title, 60)])),
      ),
  );
  withCommonOptions(
    task.command('show').argument('<id>').description('One task and how its turn stands'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      async (client) => {
        const found = await client.getTask(id);
        return { task: found, turn: await client.getTurn(found.turnId) };
      },
      ({ task: found, turn }) => table([[found.id, turn.state, found.chatId, sanitizeLine(found.title, 60)]]),
    ),
  );
}

async function runTask(words: string[], options: TaskOptions): Promise<void> {
  const cli = createCli(options);
  const content = await readInput(words, options, cli.cwd);
  const client = await serverForPrompt(options, cli);
  const project = await client.createProject({ path: cli.cwd });
  const { agent, model, title, inPlace } = options;
  const body = {
    id: newId('task'),
    turnId: newId('turn'),
    projectId: project.id,
    content,
    inPlace: inPlace === true,
    ...(agent === undefined ? {} : { agent }),
    ...(model === undefined ? {} : { model }),
    ...(title === undefined ? {} : { title }),
  };
  const created = await client.createTask(body);
  if (options.follow === true) {
    const { turnId } = body;
    const { chatId } = created.task;
    const submit = (): Promise<typeof created.turn> => Promise.resolve(created.turn);
    process.exitCode = await runTurn({ cli, client, chatId, turnId, policy: policyOf(options, cli), submit });
  } else if (cli.json) cli.screen.line(JSON.stringify(created));
  else {
    cli.screen.line(created.task.id);
    cli.screen.note(
      cli.screen.style.dim(
        `• runs in chat ${created.task.chatId}: pilotlight chat show ${created.task.chatId}`,
      ),
    );
  }
}
