import { expect, test } from 'vitest';
import { isRefusalText, resetTimeIn, usageLimitIn } from './usage-limit.ts';

const NOW = Date.UTC(2026, 10, 28, 12, 0);
const HOUR = 3_600_000;

// Words that agents say, and when that is.
test.each([
  ['Claude AI usage limit reached|1795876200', 1_795_876_200_000],
  ["You've hit your limit · resets 3pm (Europe/Berlin)", Date.UTC(2026, 10, 28, 14, 0)],
  ["You've hit your weekly limit · resets Dec 1, 9:30am (UTC)", Date.UTC(2026, 11, 1, 9, 30)],
  ["You've reached your session limit · resets 1am (UTC)", Date.UTC(2026, 10, 29, 1, 0)],
  [
    "You've hit your usage limit. Upgrade to Pro or try again in 2 hours 5 minutes.",
    NOW + 2 * HOUR + 5 * 60_000,
  ],
  ["You've hit your usage limit. Try again in 3 days 4 hours.", NOW + 76 * HOUR],
  [
    'You have exhausted your capacity on this model. Your quota will reset after 5h12m30s.',
    NOW + 5 * HOUR + 12 * 60_000 + 30_000,
  ],
  ['Usage limit reached. It will reset in 1 hour 30 minutes.', NOW + 1.5 * HOUR],
  ['{"error":{"codexErrorInfo":"usageLimitExceeded"}}', null],
  ['insufficient_quota: You exceeded your current quota', null],
  ["You've hit your limit · resets 3pm (Nowhere/Atlantis)", null],
])('%s', (words, resetsAt) => {
  expect(usageLimitIn(words, NOW)).toEqual({ resetsAt });
});

test('a model that is asked too often is no limit of an account, unless it says to wait for long', () => {
  expect(usageLimitIn('Rate limit exceeded', NOW, 429)).toBeNull();
  expect(usageLimitIn('429 rate limited, retry in 20s', NOW)).toBeNull();
  expect(usageLimitIn('Rate limit exceeded retry-after: 7200', NOW, 429)).toEqual({
    resetsAt: NOW + 2 * HOUR,
  });
  expect(usageLimitIn('Internal error: API Error: 400 fake error 400', NOW)).toBeNull();
});

test('a date with its year, and the next year where it has passed', () => {
  expect(resetTimeIn('try again at Dec 5th, 2026 3:05 PM (UTC)', NOW)).toBe(Date.UTC(2026, 11, 5, 15, 5));
  expect(resetTimeIn('resets Jan 2, 12am (UTC)', NOW)).toBe(Date.UTC(2027, 0, 2));
  expect(resetTimeIn('nothing of the kind', NOW)).toBeNull();
});

test('only what begins as a refusal, and is short, is no work', () => {
  expect(isRefusalText("You've hit your usage limit. Try again in 2 hours.")).toBe(true);
  expect(isRefusalText(' \n')).toBe(true);
  expect(isRefusalText('I looked at where it says "usage limit reached".')).toBe(false);
  expect(isRefusalText(`You've hit your ${'x'.repeat(700)}`)).toBe(false);
});
