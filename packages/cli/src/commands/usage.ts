import { allTokens, UsageBy, type UsageReport, type UsageSum } from '@pilotlight/protocol';
import { Option, type Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';

type Options = CommonOptions & {
  by: UsageBy;
  chat?: string;
  session?: string;
  project?: string;
  from?: string;
  to?: string;
  limit: string;
};

export function usageCommand(program: Command): void {
  withCommonOptions(
    program
      .command('usage')
      .addOption(new Option('--by <what>', 'one line for each').choices(UsageBy.options).default('day'))
      .option('--chat <id>', 'only of this chat')
      .option('--session <id>', 'only of this session')
      .option('--project <id or folder>', 'only of this project')
      .option('--from <day>', 'from this day on, such as 2026-11-28')
      .option('--to <day>', 'up to this day, and with it')
      .option('--limit <number>', 'most lines', '30')
      .description('Tokens and cost of ended turns'),
  ).action((options: Options) =>
    answerWith(
      options,
      async (client, cli) =>
        client.usage({
          by: options.by,
          chatId: options.chat,
          sessionId: options.session,
          projectId:
            options.project === undefined ? undefined : await projectOf(client, cli.cwd, options.project),
          from: options.from,
          to: options.to,
          limit: Number(options.limit),
        }),
      usageTable,
    ),
  );
}

const figures = new Intl.NumberFormat('en');

function usageTable({ by, rows, total }: UsageReport): string {
  if (rows.length === 0) return 'No turn has ended yet.';
  const shown = rows.map((row) => [
    sanitizeLine(row.name ?? (row.key || 'not named'), 40),
    ...figuresOf(row),
  ]);
  const head = [by, 'turns', 'input', 'cached', 'output', 'reasoning', 'tokens', 'cost'];
  return table([head, ...shown, ['all', ...figuresOf(total)]]);
}

function figuresOf(sum: UsageSum): string[] {
  const { turns, silentTurns, inputTokens, cacheReadTokens, cacheWriteTokens } = sum;
  return [
    // Of silent ones nothing is in the sums.
    silentTurns === 0 ? String(turns) : `${turns} (${silentTurns} unknown)`,
    figures.format(inputTokens),
    figures.format(cacheReadTokens + cacheWriteTokens),
    figures.format(sum.outputTokens),
    figures.format(sum.reasoningTokens),
    figures.format(allTokens(sum)),
    sum.costs.map(({ amount, currency }) => `${amount.toFixed(4)} ${currency}`).join(' + ') || '–',
  ];
}
