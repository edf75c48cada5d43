import { PilotlightError, type Budget } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, listCommand, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';
import { table } from '../terminal/table.ts';

const SUBJECT = '`day`, or the id of a chat or session';

export function budgetCommand(program: Command): void {
  const budget = program.command('budget').description('The most that may be used before no turn starts');
  listCommand(budget, 'All budgets, with what is used of them').action((options: CommonOptions) =>
    answerWith(options, (client) => client.listBudgets(), budgetTable),
  );
  withCommonOptions(
    budget
      .command('set')
      .argument('<subject>', SUBJECT)
      .option('--tokens <number>', 'input, output and cached tokens together')
      .option('--cost <amount>', 'money, as the agents tell it')
      .option('--currency <code>', 'of the cost', 'USD')
      .description('Set or change a budget'),
  ).action((subject: string, options: CommonOptions & { tokens?: string; cost?: string; currency: string }) =>
    answerWith(
      options,
      (client) => {
        const { tokens, cost, currency } = options;
        return client.setBudget(subject, {
          tokens: tokens === undefined ? null : numberOf('--tokens', tokens),
          cost: cost === undefined ? null : { amount: numberOf('--cost', cost), currency },
        });
      },
      (set) => budgetTable([set]),
    ),
  );
  withCommonOptions(
    budget.command('remove').argument('<subject>', SUBJECT).description('Take a budget back'),
  ).action((subject: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.removeBudget(subject),
      () => `✓ no budget for ${subject}`,
    ),
  );
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new PilotlightError('invalid_request', `${option} is "${text}"; expected a number above 0.`);
}

const figures = new Intl.NumberFormat('en');

function budgetTable(budgets: Budget[]): string {
  if (budgets.length === 0) return 'There is no budget.';
  return table(
    budgets.map(({ subject, tokens, cost, usedTokens, usedCost, isReached }) => [
      subject,
      ...(cost === null ? [] : [`${usedCost.toFixed(2)} of ${cost.amount.toFixed(2)} ${cost.currency}`]),
      ...(tokens === null ? [] : [`${figures.format(usedTokens)} of ${figures.format(tokens)} tokens`]),
      isReached ? 'used up' : '',
    ]),
  );
}
