import { expect, test } from 'vitest';
import { LoopShare } from './loop-share.ts';

test('ten busy readers share the turns of the event loop', async () => {
  let now = 0;
  const share = new LoopShare(8, () => now);
  /** ms of work in each turn of the loop */
  const turns = [0];
  let running = true;
  const beat = (): void => {
    turns.push(0);
    if (running) setImmediate(beat);
  };
  setImmediate(beat);
  const done: number[] = [];
  const reader = async (id: number): Promise<void> => {
    for (let n = 0; n < 20; n++) {
      while (!share.hasTime()) await share.nextTurn();
      now += 2;
      turns[turns.length - 1] = (turns.at(-1) ?? 0) + 2;
    }
    done.push(id);
  };
  await Promise.all(Array.from({ length: 10 }, (_, id) => reader(id)));
  running = false;
  expect(done).toHaveLength(10);
  // 400 ms of work; without sharing it would be one block.
  expect(Math.max(...turns)).toBeLessThanOrEqual(16);
  expect(turns.reduce((sum, ms) => sum + ms, 0)).toBe(400);
});
