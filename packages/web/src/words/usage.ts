import type { Money, UsageBy } from '@pilotlight/protocol';

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const usage = {
  title: 'Usage',
  about: 'Of turns that ended, as their agents tell it',
  open: 'Usage and budgets of this chat',
  dialog: 'Usage and budgets',
  by: 'By',
  ways: {
    day: 'Day',
    project: 'Project',
    session: 'Session',
    agent: 'Agent',
    model: 'Model',
  } satisfies Partial<Record<UsageBy, string>>,
  columns: {
    turns: 'Turns',
    input: 'Input',
    cached: 'Cached',
    output: 'Output',
    cost: 'Cost',
  },
  all: 'All',
  thisChat: 'This chat',
  thisSession: 'This session',
  today: 'Today',
  nothing: 'No turn has ended yet. What it used will stand here.',
  unnamed: { model: 'Not named', other: 'Removed, or without a title' },
  silent: (count: number) =>
    count === 1 ? '1 turn said nothing of what it used.' : `${count} turns said nothing of what they used.`,
  tokens: (count: number) => compact.format(count),
  money: ({ amount, currency }: Money) =>
    currency === 'USD' ? `$${amount.toFixed(2)}` : `${amount.toFixed(2)} ${currency}`,
  noCost: '–',
};
