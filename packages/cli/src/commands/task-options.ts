import {
  PilotlightError,
  PolicyMode,
  TaskPriority,
  type ContentBlock,
  type CreateTask,
  type ShownTemplate,
  type TaskTemplate,
} from '@pilotlight/protocol';
import { Option, type Command } from 'commander';
import { collect, type AgentOptions } from './prompt-options.ts';

/** How a task is to run, as options say it. */
export interface LimitOptions {
  base?: string;
  title?: string;
  priority?: TaskPriority;
  timeout?: string;
  budget: string[];
  retries?: string;
  webhook?: string;
  mode?: PolicyMode | 'project';
}

export function withLimitOptions(command: Command): Command {
  return command
    .option('--title <title>', 'name of the task and its session')
    .option('--base <commit>', 'branch, tag, commit or pull request its worktree starts from (default: HEAD)')
    .addOption(
      new Option('--priority <priority>', 'who goes first of those that wait').choices(TaskPriority.options),
    )
    .option('--timeout <time>', 'stop it after so long, as 30m or 2h')
    .option(
      '--budget <amount>',
      'stop it after so much, as 2.50, 2.50EUR or 200000tokens; once for money, once for tokens',
      collect,
      [],
    )
    .option('--retries <number>', 'how often a start that failed is tried again, 0 to 10 (default: 3)')
    .option(
      '--webhook <url>',
      'tell this URL when it has ended; signed when PILOTLIGHT_WEBHOOK_SECRET is set',
    )
    .addOption(
      new Option('--mode <mode>', 'what is allowed without asking (default: as the project says)').choices([
        ...PolicyMode.options,
        'project',
      ]),
    );
}

type Fields = Omit<CreateTask, 'id' | 'turnId' | 'projectId' | 'content'>;
/** Takes a limit, a webhook or a model of before away. */
const NONE = 'none';

/** The fields of a request for a task, as far as options say them. @throws PilotlightError `invalid_request` for one that cannot be read */
export function taskFieldsOf(options: LimitOptions & AgentOptions, env: NodeJS.ProcessEnv): Fields {
  const { webhook, timeout, budget, retries } = options;
  const secret = webhook === undefined ? undefined : secretOf(env);
  const said: Fields = {};
  for (const key of ['agent', 'base', 'title', 'priority', 'inPlace'] as const) {
    if (options[key] !== undefined) Object.assign(said, { [key]: options[key] });
  }
  if (options.model !== undefined) said.model = unlessNone(options.model, String);
  if (options.mode !== undefined) said.mode = options.mode === 'project' ? undefined : options.mode;
  if (timeout !== undefined) said.timeLimitMs = unlessNone(timeout, (text) => msOf('--timeout', text));
  if (budget.length > 0) said.budget = budget.includes(NONE) ? undefined : budgetOf(budget);
  if (retries !== undefined) said.retries = retriesOf(retries);
  if (webhook !== undefined)
    said.webhook = unlessNone(webhook, (url) => ({ url, ...(secret ? { secret } : {}) }));
  return said;
}

/** The task of a schedule or trigger with what options change of it. `words`: null when they stay; what goes along stays. */
export function changedTemplate(
  { webhook, ...before }: ShownTemplate,
  words: ContentBlock[] | null,
  fields: Fields,
): TaskTemplate {
  const files = before.content.filter(({ type }) => type !== 'text');
  const content = words === null ? before.content : [...words, ...files];
  // Without a secret the one of before is kept by the server.
  const told = webhook === undefined ? {} : { webhook: { url: webhook.url } };
  return { ...before, ...told, ...fields, content } as TaskTemplate;
}

/** @throws PilotlightError `invalid_request` */
function secretOf(env: NodeJS.ProcessEnv): string | undefined {
  const secret = env['PILOTLIGHT_WEBHOOK_SECRET'] || undefined;
  if (secret === undefined || secret.length >= 8) return secret;
  throw new PilotlightError(
    'invalid_request',
    `PILOTLIGHT_WEBHOOK_SECRET has ${secret.length} characters; a secret has at least 8.`,
  );
}

function unlessNone<T>(text: string, read: (text: string) => T): T | undefined {
  return text === NONE ? undefined : read(text);
}

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws PilotlightError `invalid_request` */
export function msOf(option: string, text: string): number {
  const [, number, unit = 'm'] = /^(\d+(?:\.\d+)?)\s*([smhd])?$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * (UNIT_MS[unit] ?? Number.NaN));
  if (ms > 0) return ms;
  throw new PilotlightError(
    'invalid_request',
    `${option} is "${text}"; expected a time such as 90s, 30m or 2h.`,
  );
}

function budgetOf(amounts: readonly string[]): NonNullable<TaskTemplate['budget']> {
  const budget: NonNullable<TaskTemplate['budget']> = { tokens: null, cost: null };
  for (const text of amounts) {
    const [, number, unit = 'USD'] = /^(\d+(?:\.\d+)?)\s*(tokens|[A-Za-z]{3})?$/.exec(text) ?? [];
    const amount = Number(number);
    const kind = unit === 'tokens' ? 'tokens' : 'cost';
    if (!(amount > 0)) {
      throw new PilotlightError(
        'invalid_request',
        `--budget is "${text}"; expected money such as 2.50 or 2.50EUR, or tokens such as 200000tokens.`,
      );
    }
    if (budget[kind] !== null) {
      throw new PilotlightError(
        'invalid_request',
        `--budget says ${kind === 'cost' ? 'money' : 'tokens'} twice; say each once.`,
      );
    }
    if (kind === 'tokens') budget.tokens = Math.round(amount);
    else budget.cost = { amount, currency: unit.toUpperCase() };
  }
  return budget;
}

/** @throws PilotlightError `invalid_request` */
function retriesOf(text: string): number {
  if (/^(\d|10)$/.test(text)) return Number(text);
  throw new PilotlightError('invalid_request', `--retries is "${text}"; expected a number from 0 to 10.`);
}
