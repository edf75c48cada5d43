import { newId, PilotlightError, type Comparison, type ComparisonWithTasks } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, createCli, withCommonOptions } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import { readInput } from '../prompt/read-input.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';
import { taskTable } from '../terminal/task-text.ts';
import {
  collect,
  serverForPrompt,
  withFileOptions,
  withNoStart,
  type FileOptions,
  type PromptOptions,
} from './prompt-options.ts';
import { taskFieldsOf, withLimitOptions, type LimitOptions } from './task-options.ts';

type CompareOptions = CommonOptions &
  FileOptions &
  LimitOptions &
  Pick<PromptOptions, 'start'> & { project?: string; with: string[]; wait?: boolean };

const EXAMPLE = 'pilotlight task compare "make it faster" --with claude --with opencode';

/** `task compare` and what belongs to it. */
export function compareCommands(task: Command): void {
  const compare = task
    .command('compare')
    .argument('[words...]', 'what to do; - reads it from stdin')
    .description('The same task for several agents or models, each in a session of its own from one commit')
    .option('--with <agent[:model]>', 'one that is to do it; at least two, at most eight', collect, [])
    .option('--project <id or folder>', 'in which project (default: that of the present folder)')
    .option('--wait', 'stay until all have ended');
  withCommonOptions(withLimitOptions(withNoStart(withFileOptions(compare)))).action(runComparison);
  withCommonOptions(
    task
      .command('comparisons')
      .argument('[id]', 'one, with how each of its tasks stands')
      .description('All comparisons, oldest first, or one'),
  ).action((id: string | undefined, options: CommonOptions) =>
    id === undefined
      ? answerWith(options, (client) => client.listComparisons(), comparisonTable)
      : answerWith(options, (client) => client.getComparison(id), comparisonText),
  );
  withCommonOptions(
    task
      .command('keep')
      .argument('<comparison>')
      .argument('<task>')
      .description('Choose one of a comparison; the sessions of the others are let go'),
  ).action((id: string, taskId: string, options: CommonOptions) =>
    answerWith(options, (client) => client.keepOne(id, taskId), comparisonText),
  );
  withCommonOptions(
    task
      .command('forget')
      .argument('<comparison>')
      .description('Take a comparison apart; its tasks and their sessions stay'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.removeComparison(id),
      () => '',
    ),
  );
}

async function runComparison(words: string[], options: CompareOptions): Promise<void> {
  const cli = createCli(options);
  const content = await readInput(words, options, cli.cwd, EXAMPLE);
  if (options.with.length < 2)
    throw new PilotlightError(
      'invalid_request',
      `say who is to be compared, two at least, for example: ${EXAMPLE}`,
    );
  const client = await serverForPrompt(options, cli);
  const made = await client.createComparison({
    content,
    ...taskFieldsOf(options, cli.env),
    id: newId('comparison'),
    projectId: await projectOf(client, cli.cwd, options.project),
    candidates: options.with.map(candidateOf),
  });
  const { id } = made.comparison;
  if (options.wait === true) for (const taskId of made.comparison.taskIds) await client.waitForTask(taskId);
  const shown = options.wait === true ? await client.getComparison(id) : made;
  cli.screen.line(cli.json ? JSON.stringify(shown) : comparisonText(shown));
}

/** `claude`, or `claude:opus`; what follows the first colon is the model's. */
function candidateOf(named: string) {
  const [agent = '', ...model] = named.split(':');
  return {
    taskId: newId('task'),
    turnId: newId('turn'),
    agent,
    ...(model.length === 0 ? {} : { model: model.join(':') }),
  };
}

function comparisonTable(all: readonly Comparison[]): string {
  if (all.length === 0) return 'There is no comparison.';
  return table(
    all.map(({ id, taskIds, keptTaskId, title }) => [
      id,
      `${taskIds.length} tasks`,
      keptTaskId === null ? '' : `kept ${keptTaskId}`,
      sanitizeLine(title, 60),
    ]),
  );
}

function comparisonText({ comparison, tasks }: ComparisonWithTasks): string {
  const base = comparison.baseCommit?.slice(0, 12) ?? '';
  const kept = comparison.keptTaskId === null ? '' : `\nkept ${comparison.keptTaskId}`;
  return `${comparison.id} from ${base}\n${taskTable(tasks, Date.now())}${kept}`;
}
