import { expect, test } from 'vitest';
import { parseStat, readAllStats, readStat } from './proc-stat.ts';
import { treeMemory } from './process-tree.ts';

const tail = '0 0 0 0 0 0 0 0 0 20 0 1 0 8765 1000 250 18446744073709551615';

test('a program may be named anything', () => {
  const stat = parseStat(`42 (a) b (c) S 7 40 41 34816 42 4194304 ${tail}`);
  expect(stat).toMatchObject({ pid: 42, state: 'S', parent: 7, group: 40, session: 41 });
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
