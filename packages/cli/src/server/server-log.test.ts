import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serverLogFile } from './data-files.ts';
import { openServerLog } from './server-log.ts';

it.runIf(process.platform === 'linux')('a log that a full disk does not take harms nobody', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-log-'));
  try {
    // Every write to it fails with ENOSPC.
    symlinkSync('/dev/full', serverLogFile(folder));
    const log = openServerLog(folder, {});
    expect(() => {
      for (let n = 0; n < 3; n++) log.error({ n }, 'the store takes nothing');
    }).not.toThrow();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
