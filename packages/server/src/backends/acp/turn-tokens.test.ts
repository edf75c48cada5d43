import { expect, test } from 'vitest';
import { responseUsage, chunkUsage } from './meta-conventions.ts';
import { addTokens } from './turn-tokens.ts';

const counts = (input: number, output: number, reasoning = 0, cacheRead = 0, cacheWrite = 0) => ({
  inputTokens: input,
  outputTokens: output,
  reasoningTokens: reasoning,
  cacheReadTokens: cacheRead,
  cacheWriteTokens: cacheWrite,
});

// What the agents of the recorded traffic say, and what each means by it.
test.each([
  [
    'the cache apart',
    { inputTokens: 20, outputTokens: 40, cachedReadTokens: 180, cachedWriteTokens: 5, totalTokens: 245 },
    counts(20, 40, 0, 180, 5),
  ],
  [
    'the cache inside the input, the reasoning inside the output',
    { totalTokens: 240, inputTokens: 200, cachedReadTokens: 150, outputTokens: 40, thoughtTokens: 10 },
    counts(50, 40, 10, 150),
  ],
  [
    'the reasoning beside the output',
    { inputTokens: 100, outputTokens: 15, totalTokens: 120, thoughtTokens: 5 },
    counts(100, 20, 5),
  ],
  [
    'both apart',
    { inputTokens: 100, outputTokens: 15, cachedReadTokens: 30, totalTokens: 150, thoughtTokens: 5 },
    counts(100, 20, 5, 30),
  ],
  [
    'the cache inside, the reasoning beside',
    { inputTokens: 100, outputTokens: 15, cachedReadTokens: 30, totalTokens: 120, thoughtTokens: 5 },
    counts(70, 20, 5, 30),
  ],
  ['no total', { inputTokens: 10, outputTokens: 4, cachedReadTokens: 3 }, counts(10, 4, 0, 3)],
])('a response with %s', (_name, usage, tokens) => {
  expect(responseUsage({ stopReason: 'end_turn', usage })?.tokens).toEqual(tokens);
});

test('a quota in place of usage, chunks that are added up, and nothing at all', () => {
  const quota = { token_count: { input_tokens: 200, output_tokens: 40 }, model_usage: [] };
  expect(responseUsage({ usage: null, _meta: { quota } })?.tokens).toEqual(counts(200, 40));
  const call = { usage: { inputTokens: 100, outputTokens: 20, totalTokens: 120, thoughtTokens: 5 } };
  const one = chunkUsage(call)?.tokens ?? counts(0, 0);
  expect(addTokens(addTokens(null, one), one)).toEqual(counts(200, 40, 10));
  expect(responseUsage({ stopReason: 'end_turn', usage: null })).toBeNull();
  expect(chunkUsage({ other: 1 })).toBeNull();
});
