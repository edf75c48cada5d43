import type { Trigger, TriggerWithSecret } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, listCommand, withCommonOptions, type Cli } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import { readInput } from '../prompt/read-input.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';
import { taskFieldsOf, withLimitOptions, type LimitOptions } from './task-options.ts';

type NewOptions = CommonOptions &
  LimitOptions & { project?: string; agent?: string; model?: string; inPlace?: boolean };

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
    .option('--project <id or folder>', 'in which project (default: that of the present folder)')
    .option('--agent <name>', 'which agent (default: the first one found)')
    .option('--model <model>', 'which model of that agent')
    .option('--in-place', 'work in the folder itself instead of a worktree');
  withCommonOptions(withLimitOptions(add)).action((name: string, words: string[], options: NewOptions) =>
    answerWith(
      options,
      async (client, cli) => {
        const content = await readInput(words, { file: [], image: [] }, cli.cwd);
        const projectId = await projectOf(client, cli.cwd, options.project);
        const task = taskFieldsOf(content, options, cli.env);
        const made = await client.createTrigger({ projectId, name, task });
        return { ...made, url: `${client.url}/api/triggers/${made.trigger.id}` };
      },
      secretText,
    ),
  );
  withCommonOptions(
    trigger.command('new-secret').argument('<id>').description('The secret of before is good no more'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      async (client) => {
        const made = await client.updateTrigger(id, { newSecret: true });
        return { ...made, url: `${client.url}/api/triggers/${id}` };
      },
      secretText,
    ),
  );
  for (const [word, enabled] of [
    ['on', true],
    ['off', false],
  ] as const) {
    withCommonOptions(
      trigger
        .command(word)
        .argument('<id>')
        .description(enabled ? 'It takes requests again' : 'It takes no requests'),
    ).action((id: string, options: CommonOptions) =>
      answerWith(
        options,
        (client) => client.updateTrigger(id, { enabled }),
        ({ trigger: changed }) => triggerTable([changed]),
      ),
    );
  }
  withCommonOptions(
    trigger.command('remove').argument('<id>').description('Forget it; its tasks stay'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.removeTrigger(id),
      () => '',
    ),
  );
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
