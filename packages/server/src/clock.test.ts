import { afterEach, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

afterEach(() => void vi.useRealTimers());

it('calls at that time also when the machine slept, or its clock was set, on the way', () => {
  vi.useFakeTimers({ now: 0 });
  const called: number[] = [];
  systemClock.at(13 * 3_600_000, () => called.push(Date.now()));
  vi.advanceTimersByTime(3_600_000);
  // Asleep, timers stand still and the time goes on.
  vi.setSystemTime(12.9 * 3_600_000);
  vi.advanceTimersByTime(0.2 * 3_600_000);
  expect(called).toHaveLength(1);
  expect(called[0]).toBeLessThan(13 * 3_600_000 + 30_000);
});

it('calls at once what is past, and nothing that was disposed', () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const called: string[] = [];
  systemClock.at(5, () => called.push('past'));
  systemClock.at(1_000_500, () => called.push('disposed'))[Symbol.dispose]();
  expect(called).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(called).toEqual(['past']);
});
