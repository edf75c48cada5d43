import type { BudgetScope, ChatHold } from '@pilotlight/protocol';

export const holds = {
  label: 'Held back',
  titles: {
    login: 'Waits for a login',
    usage_limit: 'Waits for a usage limit to reset',
    budget: 'Waits: the budget is used up',
  } satisfies Record<ChatHold['reason'], string>,
  resets: (time: string) => `Resets ${time}.`,
  resetUnknown: 'The agent did not say when it resets.',
  goesOn: 'Go on by itself then',
  goOnNow: 'Go on now',
  goOnOnce: 'Let one turn run',
  tryAgain: 'I have logged in: try again',
  noMethods: 'It tells of no way to log in, and needs none as far as is known.',

  methods: 'Ways to log in',
  loadingMethods: 'Asking the agent how to log in',
  logInBy: 'Log in',
  loggingIn: 'The agent waits for you to log in',
  openPage: 'Open the page',
  key: 'Key',
  keyFor: (variable: string) => `Key (${variable})`,
  variable: 'Variable',
  saveKey: 'Save the key and go on',
  keyAbout: 'Kept in a file on the server that only you can read, and given to this agent alone.',
  keysSet: (variables: string) => `A key is set for ${variables}.`,

  budget: 'Budget',
  budgets: {
    chat: 'Budget of this chat',
    session: 'Budget of this session',
    day: 'Budget of a day',
  } satisfies Record<BudgetScope, string>,
  budgetAbout: {
    chat: 'When so much is used, no more turn starts in this chat.',
    session: 'When so much is used, no more turn starts in any chat of this session.',
    day: 'When so much is used on a day, by all sessions together, no more turn starts until the next.',
  } satisfies Record<BudgetScope, string>,
  cost: 'US dollars',
  tokens: 'Tokens',
  setBudget: 'Set',
  raise: 'Change the budget',
  removeBudget: 'Remove',
  used: (used: string, limit: string) => `${used} of ${limit}`,
};
