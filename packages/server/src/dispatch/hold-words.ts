import type { Budget, ErrorInfo } from '@pilotlight/protocol';

const WHOSE = { chat: 'this chat', session: 'this session', day: 'the day' } as const;
const figures = new Intl.NumberFormat('en');

/** What is said of a budget that no turn may start under. */
export function budgetWords({ scope, tokens, cost, usedTokens, usedCost }: Budget): string {
  const reached =
    cost !== null && usedCost >= cost.amount
      ? `${usedCost.toFixed(2)} of ${cost.amount.toFixed(2)} ${cost.currency}`
      : `${figures.format(usedTokens)} of ${figures.format(tokens ?? 0)} tokens`;
  const tomorrow = scope === 'day' ? ' It goes on tomorrow.' : '';
  return `The budget of ${WHOSE[scope]} is used up: ${reached}.${tomorrow} Raise or remove the budget, or let one more turn run.`;
}

/** What is said of an agent that needs a login. `error`: what it ended the turn with. */
export function loginWords(error: ErrorInfo): string {
  return `${error.message} The prompt waits until then.`;
}

/** What is said of an agent whose account has reached a limit. */
export function limitWords(error: ErrorInfo): string {
  return error.message;
}
