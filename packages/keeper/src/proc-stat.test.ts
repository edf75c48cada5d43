import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { parseStat, readAllStats, readStat } from './proc-stat.ts';
import { measureTrees, treeMemory } from './process-tree.ts';

const tail = '0 0 0 0 0 0 0 0 0 20 0 1 0 8765 1000 250 18446744073709551615';

test('a program may be named anything', () => {
  const stat = parseStat(`42 (a) b (c) S 7 40 41 34816 42 4194304 ${tail}`);
  expect(stat).toMatchObject({ pid: 42, name: 'a) b (c', state: 'S', parent: 7, group: 40, session: 41 });
  expect(parseStat('')).toBeNull();
  expect(parseStat('42 (half')).toBeNull();
  expect(parseStat('42 (half) S 1')).toBeNull();
});

test('this very process is found, with its memory', () => {
  const self = readStat(process.pid);
  expect(self).toMatchObject({ pid: process.pid, parent: process.ppid });
  expect(readAllStats().find(({ pid }) => pid === process.pid)?.startTime).toBe(self?.startTime);
  const memory = treeMemory(process.pid) ?? 0;
  expect(memory).toBeGreaterThan(process.memoryUsage.rss() / 2);
  expect(treeMemory(2 ** 30)).toBeNull();
});

test('a tree is measured with what its children used, and when they began', async () => {
  expect(parseStat('1 (a) S 0 1 1 0 0 0 0 0 0 0 3 4 5 6 20 0 1 0 77 0 9')).toMatchObject({
    cpuTicks: 18,
    startTime: '77',
    residentPages: 9,
  });
  const before = Date.now();
  const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  try {
    // What another test of this file looked at may be a quarter of a second old.
    await expect
      .poll(() =>
        measureTrees([process.pid])
          .get(process.pid)
          ?.descendants.map(({ pid }) => pid),
      )
      .toContain(child.pid);
    const usage = measureTrees([process.pid, 2 ** 30]);
    const self = usage.get(process.pid);
    expect(usage.size).toBe(1);
    expect(self?.cpuMs).toBeGreaterThan(0);
    const found = self?.descendants.find(({ pid }) => pid === child.pid);
    expect(Math.abs((found?.startedAt ?? 0) - before)).toBeLessThan(500);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});
