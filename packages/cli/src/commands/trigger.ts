import { PilotlightError, type Trigger, type TriggerWithSecret } from '@pilotlight/protocol';
import type { Client } from '@pilotlight/client';
import type { Command } from 'commander';
import { answerWith, listCommand, withCommonOptions, type Cli } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import { readInput } from '../prompt/read-input.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';
import { promptText, templateRows } from '../terminal/task-text.ts';
import { withAgentOptions, type AgentOptions } from './prompt-options.ts';
import { onAndOffCommands, removeCommand } from './source-commands.ts';
import { changedTemplate, taskFieldsOf, withLimitOptions, type LimitOptions } from './task-options.ts';

type TaskOptions = CommonOptions & LimitOptions & AgentOptions;

const EXAMPLE = 'pilotlight trigger new "New issue" "look into {{issue.title}}"';

export function triggerCommand(program: Command): void {
  const trigger = program
    .command('trigger')
    .description('Tasks by HTTP request, each with a secret of its own');
  listCommand(trigger, 'All triggers').action((options: CommonOptions) =>
    answerWith(options, (client) => client.listTriggers(), triggerTable),
  );
  const add = trigger
    .command('new')
    .argument('<name>')
    .argument('[words...]', 'what to do; {{issue.title}} is filled from the request. - reads it from stdin')
    .description('Make a trigger. Its secret is shown once')
    .option('--project <id or folder>', 'in which project (default: that of the present folder)');
  withTask(add).action((name: string, words: string[], options: TaskOptions & { project?: string }) =>
    answerWith(
      options,
      async (client, cli) => {
        const content = await readInput(words, { file: [], image: [] }, cli.cwd, EXAMPLE);
        const projectId = await projectOf(client, cli.cwd, options.project);
        const task = { content, ...taskFieldsOf(options, cli.env) };
        return withUrl(client, await client.createTrigger({ projectId, name, task }));
      },
      secretText,
    ),
  );
  withCommonOptions(trigger.command('show').argument('<id>').description('One trigger, and its task')).action(
    (id: string, options: CommonOptions) =>
      answerWith(
        options,
        async (client) => ({ ...(await client.getTrigger(id)), url: `${client.url}/api/triggers/${id}` }),
        ({ url, ...shown }) => {
          const rows = [['url', url], ...templateRows(shown.task)];
          return `${triggerTable([shown])}\n\n${table(rows)}\n\n${promptText(shown.task.content)}`;
        },
      ),
  );
  const change = trigger
    .command('change')
    .argument('<id>')
    .argument('[words...]', 'what to do from now on; - reads it from stdin')
    .description('Change what it does; `none` takes a limit away. Its secret stays')
    .option('--name <name>');
  withTask(change)
    .option('--no-in-place', 'work in a worktree again')
    .action((id: string, words: string[], options: TaskOptions & { name?: string }) =>
      answerWith(options, (client, cli) => changeTrigger(client, cli, id, words, options), triggerRow),
    );
  withCommonOptions(
    trigger.command('new-secret').argument('<id>').description('The secret of before is good no more'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      async (client) => withUrl(client, await client.updateTrigger(id, { newSecret: true })),
      secretText,
    ),
  );
  onAndOffCommands(trigger, {
    on: 'It takes requests again',
    off: 'It takes no requests',
    change: (client, id, enabled) => client.updateTrigger(id, { enabled }),
    text: triggerRow,
  });
  removeCommand(trigger, (client, id) => client.removeTrigger(id));
}

function withTask(command: Command): Command {
  return withCommonOptions(withLimitOptions(withAgentOptions(command)));
}

async function changeTrigger(
  client: Client,
  cli: Cli,
  id: string,
  words: string[],
  options: TaskOptions & { name?: string },
): Promise<TriggerWithSecret> {
  const { name } = options;
  const fields = taskFieldsOf(options, cli.env);
  const said = words.length === 0 ? null : await readInput(words, { file: [], image: [] }, cli.cwd);
  const isSame = said === null && Object.keys(fields).length === 0;
  if (isSame && name === undefined)
    throw new PilotlightError(
      'invalid_request',
      `say what to change, for example: pilotlight trigger change ${id} --timeout 30m`,
    );
  const task = isSame ? undefined : changedTemplate((await client.getTrigger(id)).task, said, fields);
  return client.updateTrigger(id, { name, task });
}

function withUrl(client: Client, made: TriggerWithSecret): TriggerWithSecret & { url: string } {
  return { ...made, url: `${client.url}/api/triggers/${made.trigger.id}` };
}

function secretText({ trigger, secret, url }: TriggerWithSecret & { url: string }, cli: Cli): string {
  if (secret === null) return triggerTable([trigger]);
  cli.screen.note(cli.screen.style.dim('• the secret is shown once; what is kept of it is a hash'));
  return [
    trigger.id,
    `secret ${secret}`,
    `curl -X POST ${url} -H 'Authorization: Bearer ${secret}' -H 'Content-Type: application/json' -d '{}'`,
  ].join('\n');
}

function triggerRow({ trigger }: TriggerWithSecret): string {
  return triggerTable([trigger]);
}

function triggerTable(triggers: readonly Trigger[]): string {
  if (triggers.length === 0) return 'There is no trigger.';
  return table(
    triggers.map(({ id, enabled, lastUsedAt, lastTaskId, name }) => [
      id,
      enabled ? 'on' : 'off',
      lastUsedAt === null ? 'never used' : `used ${new Date(lastUsedAt).toISOString()}`,
      lastTaskId ?? '',
      sanitizeLine(name, 60),
    ]),
  );
}
