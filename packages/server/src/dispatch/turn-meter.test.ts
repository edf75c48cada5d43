import type { AgentUsage, Continuity } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { dayOf, shownUsage, TurnMeter } from './turn-meter.ts';

const usd = (amount: number): AgentUsage => ({ cost: { amount, currency: 'USD' } });

function costOf(said: number[], before: number | null, continuity: Continuity): number | undefined {
  const meter = new TurnMeter();
  for (const amount of said) meter.take({ type: 'usage', usage: usd(amount) });
  return meter.read(before, continuity).cost?.amount;
}

test.each<[string, number[], number | null, Continuity, number]>([
  ['the first turn of a conversation costs what is said', [1, 3], null, 'fresh', 3],
  ['a later one costs what it adds', [5, 7], 3, 'live', 4],
  ['an agent that counts from the start of its process says less than before', [1, 2], 3, 'resumed', 2],
  ['one that takes its count along when it is resumed goes on from it', [3.5, 4], 3, 'resumed', 1],
  ['a conversation that cost something before anybody counted', [9, 10], null, 'resumed', 1],
  ['a new conversation counts anew, even where it soon costs more than the old one', [5], 3, 'recap', 5],
  ['the first cost that a live agent says', [2], null, 'live', 2],
])('%s', (_name, said, before, continuity, cost) => {
  expect(costOf(said, before, continuity)).toBeCloseTo(cost);
});

test('what a backend knows goes before what is said', () => {
  const meter = new TurnMeter();
  const tokens = {
    inputTokens: 1,
    outputTokens: 2,
    reasoningTokens: 1,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
  };
  const cost = { amount: 0.5, currency: 'EUR' };
  meter.take({ type: 'usage', usage: { ...usd(9), contextUsed: 5, contextSize: 100 }, turn: { tokens } });
  meter.take({ type: 'usage', usage: { contextUsed: 7 }, turn: { cost } });
  const reading = meter.read(null, 'live');
  expect(reading).toEqual({ tokens, cost, saidCost: 9, contextUsed: 7, contextSize: 100 });
  expect(shownUsage(reading)).toEqual({ ...tokens, cost, contextUsed: 7, contextSize: 100 });
  expect(shownUsage(new TurnMeter().read(1, 'live'))).toBeNull();
});

test('a day is of the time zone of the server', () => {
  expect(dayOf(new Date(2026, 0, 5, 23, 59).getTime())).toBe('2026-01-05');
  expect(dayOf(new Date(2026, 0, 6).getTime())).toBe('2026-01-06');
});
