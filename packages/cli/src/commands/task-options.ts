import { PilotlightError, type ContentBlock, type PolicyMode, type TaskTemplate } from '@pilotlight/protocol';
import { Option, type Command } from 'commander';

/** How a task is to run, as options say it. */
export interface LimitOptions {
  base?: string;
  title?: string;
  priority?: 'low' | 'normal' | 'high';
  timeout?: string;
  budget?: string;
  retries?: string;
  webhook?: string;
  mode?: PolicyMode;
}

export function withLimitOptions(command: Command): Command {
  return command
    .option('--title <title>', 'name of the task and its session')
    .option('--base <commit>', 'branch, tag, commit or pull request its worktree starts from (default: HEAD)')
    .addOption(
      new Option('--priority <priority>', 'who goes first of those that wait').choices([
        'low',
        'normal',
        'high',
      ]),
    )
    .option('--timeout <time>', 'stop it after so long, as 30m or 2h')
    .option('--budget <amount>', 'stop it after so much, as 2.50, 2.50EUR or 200000tokens')
    .option('--retries <number>', 'how often a start that failed is tried again (default: 3)')
    .option(
      '--webhook <url>',
      'tell this URL when it has ended; signed when PILOTLIGHT_WEBHOOK_SECRET is set',
    )
    .addOption(
      new Option('--mode <mode>', 'what is allowed without asking (default: as the project says)').choices([
        'ask',
        'accept_edits',
        'allow_in_worktree',
        'allow_all',
      ]),
    );
}

type Fields = Pick<TaskTemplate, 'content'> & Partial<Omit<TaskTemplate, 'content'>>;

/** The fields of a request for a task. @throws PilotlightError `invalid_request` for an option that cannot be read */
export function taskFieldsOf(
  content: ContentBlock[],
  options: LimitOptions & { agent?: string; model?: string; inPlace?: boolean },
  env: NodeJS.ProcessEnv,
): Fields {
  const { agent, model, base, title, priority, mode, webhook, timeout, budget, retries } = options;
  const secret = env['PILOTLIGHT_WEBHOOK_SECRET'];
  return {
    content,
    inPlace: options.inPlace === true,
    ...(agent === undefined ? {} : { agent }),
    ...(model === undefined ? {} : { model }),
    ...(base === undefined ? {} : { base }),
    ...(title === undefined ? {} : { title }),
    ...(priority === undefined ? {} : { priority }),
    ...(mode === undefined ? {} : { mode }),
    ...(timeout === undefined ? {} : { timeLimitMs: msOf('--timeout', timeout) }),
    ...(budget === undefined ? {} : { budget: budgetOf(budget) }),
    ...(retries === undefined ? {} : { retries: Number(retries) }),
    ...(webhook === undefined ? {} : { webhook: { url: webhook, ...(secret ? { secret } : {}) } }),
  };
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

function budgetOf(text: string): NonNullable<TaskTemplate['budget']> {
  const [, number, unit = 'USD'] = /^(\d+(?:\.\d+)?)\s*(tokens|[A-Za-z]{3})?$/.exec(text) ?? [];
  const amount = Number(number);
  if (!(amount > 0)) {
    throw new PilotlightError(
      'invalid_request',
      `--budget is "${text}"; expected money such as 2.50 or 2.50EUR, or tokens such as 200000tokens.`,
    );
  }
  if (unit === 'tokens') return { tokens: Math.round(amount), cost: null };
  return { tokens: null, cost: { amount, currency: unit.toUpperCase() } };
}
