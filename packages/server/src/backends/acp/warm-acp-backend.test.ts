import { expect, test } from 'vitest';
import { Bench, demoSpec } from './test-bench.ts';

test('the second prompt finds the process warm', async () => {
  await using bench = new Bench(demoSpec());
  const first = await bench.turn('c1', '/echo one');
  expect(first.result).toEqual({ ok: true });
  expect(first.log.text).toBe('one');
  const pid = bench.children[0]?.pid;

  const handle = await bench.ensure('c1');
  expect(bench.backend.continuity(handle)).toBe('live');
  const second = bench.prompt(handle, '/echo two');
  expect(await second.result).toEqual({ ok: true });
  expect(second.text).toBe('two');
  expect(bench.children.map((child) => child.pid)).toEqual([pid]);
  expect(bench.residency.map(({ state }) => state)).toEqual([
    'starting',
    'ready',
    'busy',
    'ready',
    'busy',
    'ready',
  ]);
});
