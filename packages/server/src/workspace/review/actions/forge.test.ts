import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runForge, type Forge } from './forge.ts';

let folder: string;
let forge: Forge;
const env = { PATH: process.env['PATH'] };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-forge-test-'));
  forge = { name: 'gh', program: join(folder, 'gh') };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string): void {
  writeFileSync(forge.program, text);
  chmodSync(forge.program, 0o755);
}

test('what it leaves behind with its pipes open, in a group of its own, is not waited for', async () => {
  const left = join(folder, 'left');
  write(
    `#!/bin/sh\nsetsid sh -c 'echo $$ > "$0"; exec sleep 60' ${left} &\nuntil [ -s ${left} ]; do :; done\necho url\n`,
  );
  const began = performance.now();
  expect(await runForge(forge, [], '', env)).toBe('url\n');
  expect(performance.now() - began).toBeLessThan(30_000);
  process.kill(Number(readFileSync(left, 'utf8')));
});

test('one that cannot be started says so', async () => {
  write('#!/nowhere/to/be/found\n');
  await expect(runForge(forge, [], '', env)).rejects.toMatchObject({ code: 'pull_request_failed' });
});
