import {
  PilotlightError,
  PolicyAction,
  PolicyMode,
  ToolKind,
  type NewPolicyRule,
  type Policy,
  type PolicyScope,
} from '@pilotlight/protocol';
import type { Client } from '@pilotlight/client';
import { Argument, Option, type Command } from 'commander';
import { answerWith, listCommand, withCommonOptions, type Cli } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import { sessionOfFolder } from '../prompt/find-chat.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';

interface OwnerOptions extends CommonOptions {
  session?: string;
  project?: string;
}

interface RuleOptions extends OwnerOptions {
  kind?: NewPolicyRule['kind'];
  command?: string;
  path?: string;
  agent?: string;
  at?: string;
}

/** `permissions rules …`, `permissions mode`, `permissions deadline`: what is answered without asking. */
export function addPolicyCommands(permissions: Command): void {
  addRuleCommands(permissions.command('rules').description('What is answered without asking'));
  ofOwner(
    permissions
      .command('mode')
      .addArgument(new Argument('[mode]').choices([...PolicyMode.options, 'inherit']))
      .description('Show or change what becomes of requests that no rule speaks of'),
  ).action((mode: PolicyMode | 'inherit' | undefined, options: OwnerOptions) =>
    answerWith(
      options,
      (client, cli) => {
        const change = mode === undefined ? {} : { mode: mode === 'inherit' ? null : mode };
        return changed(client, cli, options, change);
      },
      describe,
    ),
  );
  ofOwner(
    permissions
      .command('deadline')
      .argument('[seconds]', 'or off')
      .description('Show or change after how long an open request is refused'),
  ).action((seconds: string | undefined, options: OwnerOptions) =>
    answerWith(
      options,
      (client, cli) => {
        const change = seconds === undefined ? {} : { answerWithin: secondsOf(seconds) };
        return changed(client, cli, options, change);
      },
      describe,
    ),
  );
}

function addRuleCommands(rules: Command): void {
  withOwner(listCommand(rules, 'The rules, the first that applies decides')).action((options: OwnerOptions) =>
    answerWith(options, (client, cli) => changed(client, cli, options, {}), describe),
  );
  ruleCommand(rules, 'add', 'Add a rule, as the first')
    .addOption(new Option('--at <place>', 'its place among the rules, from 1'))
    .action((action: PolicyAction, options: RuleOptions) =>
      answerWith(
        options,
        async (client, cli) => {
          const owner = await ownerOf(client, cli, options);
          const at = options.at === undefined ? {} : { at: placeOf(options.at) };
          return client.addPolicyRule(owner.scope, owner.scopeId, { ...ruleOf(action, options), ...at });
        },
        describe,
      ),
    );
  ruleCommand(rules, 'try', 'What a rule would have done with what was asked before; changes nothing').action(
    (action: PolicyAction, options: RuleOptions) =>
      answerWith(
        options,
        async (client, cli) => {
          const { scope, scopeId } = await ownerOf(client, cli, options);
          return client.dryRunPolicy(scope, scopeId, { rules: [ruleOf(action, options)] });
        },
        (run) => {
          const against = run.against === 0 ? '' : `, ${run.against} against what you answered`;
          const verb = action === 'deny' ? 'denied' : 'allowed';
          const count = action === 'deny' ? run.denied : run.allowed;
          return [
            `would have ${verb} ${count} of the last ${run.considered}${against}`,
            ...run.answered.map((one) => `  ${one.action}  ${sanitizeLine(one.title, 100)}`),
          ].join('\n');
        },
      ),
  );
  ofOwner(
    rules.command('remove').argument('<rule>', 'its number or id').description('Take a rule back'),
  ).action((rule: string, options: OwnerOptions) =>
    answerWith(
      options,
      async (client, cli) => {
        const { scope, scopeId } = await ownerOf(client, cli, options);
        const policy = await client.getPolicy(scope, scopeId);
        const found = policy.rules[/^\d+$/.test(rule) ? Number(rule) - 1 : -1]?.id ?? rule;
        return client.removePolicyRule(scope, scopeId, found);
      },
      describe,
    ),
  );
}

function ruleCommand(rules: Command, name: string, description: string): Command {
  return ofOwner(
    rules
      .command(name)
      .addArgument(new Argument('<action>').choices(PolicyAction.options))
      .description(description)
      .addOption(new Option('--kind <kind>', 'of tool').choices(ToolKind.options))
      .option('--command <pattern>', 'such as "git status *"')
      .option('--path <pattern>', 'such as "src/**"')
      .option('--agent <name>'),
  );
}

function ofOwner(command: Command): Command {
  return withOwner(withCommonOptions(command));
}

function withOwner(command: Command): Command {
  return command
    .option('--session <id>', 'of that session (default: the one whose worktree is the current folder)')
    .option('--project <id or folder>', 'of that project (default: the one of the current folder)');
}

async function ownerOf(
  client: Client,
  { cwd }: Cli,
  { session, project }: OwnerOptions,
): Promise<{ scope: PolicyScope; scopeId: string }> {
  if (session !== undefined && project !== undefined)
    throw new PilotlightError('invalid_request', 'say --session or --project, not both');
  if (session !== undefined) return { scope: 'session', scopeId: session };
  const here = project === undefined ? await sessionOfFolder(client, cwd) : null;
  if (here !== null) return { scope: 'session', scopeId: here.id };
  return { scope: 'project', scopeId: await projectOf(client, cwd, project) };
}

async function changed(
  client: Client,
  cli: Cli,
  options: OwnerOptions,
  change: Parameters<Client['updatePolicy']>[2],
): Promise<Policy> {
  const { scope, scopeId } = await ownerOf(client, cli, options);
  if (Object.keys(change).length === 0) return client.getPolicy(scope, scopeId);
  return client.updatePolicy(scope, scopeId, change);
}

function ruleOf(action: PolicyAction, { kind, command, path, agent }: RuleOptions): NewPolicyRule {
  return {
    action,
    ...(kind === undefined ? {} : { kind }),
    ...(command === undefined ? {} : { command }),
    ...(path === undefined ? {} : { path }),
    ...(agent === undefined ? {} : { agent }),
  };
}

function secondsOf(word: string): number | null {
  if (word === 'off') return null;
  if (/^[1-9]\d*$/.test(word)) return Number(word);
  throw new PilotlightError('invalid_request', `"${word}" is no number of seconds; say one, or off`);
}

function placeOf(word: string): number {
  if (/^[1-9]\d*$/.test(word)) return Number(word) - 1;
  throw new PilotlightError('invalid_request', `"${word}" is no place among the rules; the first is 1`);
}

function describe({ scope, scopeId, mode, answerWithin, rules }: Policy): string {
  const inherited = scope === 'session' ? 'as the project' : 'ask';
  const waits = scope === 'session' ? 'as the project' : 'none';
  const head = [
    [scope, scopeId],
    ['mode', mode ?? inherited],
    ['deadline', answerWithin === null ? waits : `${answerWithin} s`],
  ];
  const rows = rules.map((rule, at) => [
    String(at + 1),
    rule.action,
    rule.kind ?? 'any tool',
    sanitizeLine(ruleSubject(rule), 100),
    rule.permissionId === null ? '' : 'always',
    rule.id,
  ]);
  return [table(head), ...(rows.length === 0 ? [] : [table(rows)])].join('\n');
}

/** What a rule speaks of besides the kind of tool. */
export function ruleSubject({ command, path, agent }: NewPolicyRule): string {
  return [command, path, agent && `agent ${agent}`].filter(Boolean).join('  ') || 'anything';
}
