import { describe, expect, it } from 'vitest';
import { CircuitBoard } from './circuit-board.ts';

const ERROR = { code: 'agent_failed', message: 'ended: exit 1' } as const;

describe('CircuitBoard', () => {
  it('opens on a failure, is half open after its pause, and closes on success', () => {
    let now = 1_000;
    const board = new CircuitBoard(() => now);
    expect(board.allows('claude')).toBe(true);
    board.failed('claude', ERROR);
    expect(board.allows('claude')).toBe(false);
    expect(board.allows('codex')).toBe(true);
    expect(board.list()).toEqual([
      { agent: 'claude', state: 'open', failures: 1, retryAt: 2_000, lastError: ERROR },
    ]);
    now = 2_000;
    expect(board.allows('claude')).toBe(true);
    expect(board.isProbe('claude')).toBe(true);
    board.succeeded('claude');
    expect(board.isProbe('claude')).toBe(false);
    expect(board.list()).toEqual([]);
  });

  it('doubles its pause with every failed try, up to five minutes', () => {
    let now = 0;
    const board = new CircuitBoard(() => now);
    const pauses: number[] = [];
    for (let i = 0; i < 12; i++) {
      board.failed('claude', ERROR);
      const { retryAt } = board.list()[0] ?? { retryAt: null };
      pauses.push((retryAt ?? 0) - now);
      now = retryAt ?? 0;
    }
    expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(pauses.at(-1)).toBe(300_000);
  });
});
