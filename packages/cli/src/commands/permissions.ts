import type { AnswerPermission, Permission } from '@pilotlight/protocol';
import { PilotlightError } from '@pilotlight/protocol';
import { Option, type Command } from 'commander';
import { answerWith, listCommand, withCommonOptions } from '../cli.ts';
import { chooseOption, parseFields } from '../prompt/permission-choice.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';
import { addPolicyCommands, ruleSubject } from './policy.ts';

interface AnswerOptions extends CommonOptions {
  field: string[];
  decline?: boolean;
  message?: string;
  remember?: NonNullable<AnswerPermission['remember']>;
}

export function permissionsCommand(program: Command): void {
  const permissions = program.command('permissions').description('What agents ask');
  listCommand(permissions, 'Open questions')
    .option('--chat <id>')
    .option('--all', 'also those that are settled')
    .action((options: CommonOptions & { chat?: string; all?: boolean }) =>
      answerWith(
        options,
        (client) =>
          client.listPermissions({
            ...(options.all === true ? {} : { state: 'pending' }),
            ...(options.chat === undefined ? {} : { chatId: options.chat }),
          }),
        (found) => table(found.flatMap(rows)),
      ),
    );
  withCommonOptions(
    permissions
      .command('answer')
      .argument('<id>')
      .argument('[option]', 'its number, its id, allow or reject')
      .option(
        '--field <field=value>',
        'answer a field of a question; may be repeated',
        (pair, before: string[]) => [...before, pair],
        [],
      )
      .option('--decline', 'decline a question')
      .option('--message <text>', 'said to the agent along with a refusal')
      .addOption(
        new Option('--remember <where>', 'whose rule an "always" becomes (default: session)').choices([
          'session',
          'project',
          'agent',
        ]),
      )
      .description('Answer one'),
  ).action((id: string, option: string | undefined, options: AnswerOptions) =>
    answerWith(
      options,
      async (client) =>
        client.answerPermission(id, answerOf(await client.getPermission(id), option, options)),
      (answered) => `${answered.id} ${answered.state}`,
    ),
  );
  addPolicyCommands(permissions);
}

function rows(permission: Permission): string[][] {
  const state = [permission.state, permission.answeredBy].filter(Boolean).join(' by ');
  const head = [permission.id, permission.agent, state, sanitizeLine(permission.title, 80)];
  const options = permission.options.map((option, index) => [
    '',
    `  ${index + 1}`,
    option.optionId,
    sanitizeLine(option.name),
  ]);
  const fields = permission.fields.map((field) => [
    '',
    '  field',
    field.id,
    sanitizeLine(field.question || field.title),
  ]);
  const url = permission.url === null ? [] : [['', '  open', sanitizeLine(permission.url, 500)]];
  const always = permission.always.map((rule) => [
    '',
    '  always',
    rule.action,
    sanitizeLine(ruleSubject(rule), 100),
  ]);
  return [head, ...options, ...(permission.state === 'pending' ? always : []), ...url, ...fields];
}

function answerOf(
  permission: Permission,
  option: string | undefined,
  options: AnswerOptions,
): AnswerPermission {
  const message = options.message === undefined ? {} : { message: options.message };
  if (options.decline === true) return { declined: true, by: 'cli', ...message };
  if (permission.kind === 'question') return { answers: parseFields(options.field), by: 'cli' };
  if (option === undefined)
    throw new PilotlightError('invalid_request', 'say which option, by its number, its id, allow or reject');
  const remember = options.remember === undefined ? {} : { remember: options.remember };
  return { optionId: chooseOption(permission, option).optionId, by: 'cli', ...message, ...remember };
}
