import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRealHarness, type RealHarness } from './real-harness.ts';

let harness: RealHarness;

beforeAll(async () => {
  harness = await startRealHarness();
}, 180_000);

afterAll(async () => {
  await harness[Symbol.asyncDispose]();
}, 60_000);

describe('a turn of the real opencode', () => {
  test('streams text and reasoning, with usage and commands', async () => {
    const path = harness.worktree('text');
    const handle = await harness.ensure('chat-text', path);
    const { log, result } = harness.prompt(handle, path, 'Say it. [[text]]');
    expect(await result).toEqual({ ok: true });
    expect(log.text).toBe('Finished x.');
    expect(log.reasoning).toBe('Thinking it over. ');
  }, 60_000);
});
