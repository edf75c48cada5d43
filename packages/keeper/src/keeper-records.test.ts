import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claim, liveKeeper, liveKeepers } from './keeper-records.ts';
import { identify } from './process-identity.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-records-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const self = identify(process.pid);

test('the first one has it while it lives, for its version alone', () => {
  expect(claim(folder, 1, '/one')).toBe(true);
  expect(claim(folder, 1, '/another')).toBe(false);
  expect(claim(folder, 2, '/two')).toBe(true);
  expect(liveKeeper(folder, 1)).toEqual({ ...self, version: 1, socket: '/one' });
  expect(liveKeepers(folder).map(({ version }) => version)).toEqual([2, 1]);
  expect(liveKeeper(folder, 3)).toBeNull();
});

test('of a dead one, a recycled pid, another machine and a broken file nobody is kept away', () => {
  const dead = [
    { ...self, startTime: '1' },
    { ...self, bootId: 'another machine' },
    { ...self, pid: 0 },
  ];
  dead.forEach((record, at) =>
    writeFileSync(join(folder, `1.${at + 1}.json`), JSON.stringify({ ...record, version: 1, socket: '/x' })),
  );
  writeFileSync(join(folder, '1.4.json'), '{"pid":');
  expect(liveKeepers(folder)).toEqual([]);
  expect(claim(folder, 1, '/mine')).toBe(true);
  expect(readdirSync(folder)).toContain('1.5.json');
  expect(liveKeeper(folder, 1)?.socket).toBe('/mine');
});

test('one that lived in an older generation has lost it', () => {
  writeFileSync(join(folder, '1.1.json'), JSON.stringify({ ...self, version: 1, socket: '/old' }));
  writeFileSync(
    join(folder, '1.2.json'),
    JSON.stringify({ ...self, pid: 2 ** 30, version: 1, socket: '/dead' }),
  );
  expect(liveKeeper(folder, 1)).toBeNull();
});
