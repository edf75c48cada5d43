import { expect, test } from 'vitest';
import { LoopShare } from './loop-share.ts';

function work(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

test('ten busy readers share the turns of the event loop', async () => {
  const share = new LoopShare(8);
  let longest = 0;
  let last = performance.now();
  let running = true;
  const beat = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    if (running) setImmediate(beat);
  };
  setImmediate(beat);
  const done: number[] = [];
  const reader = async (id: number): Promise<void> => {
    for (let n = 0; n < 20; n++) {
      while (!share.hasTime()) await share.nextTurn();
      work(2);
    }
    done.push(id);
  };
  await Promise.all(Array.from({ length: 10 }, (_, id) => reader(id)));
  running = false;
  expect(done).toHaveLength(10);
  // 400 ms of work; without sharing it would be one block.
  expect(longest).toBeLessThan(50);
});
