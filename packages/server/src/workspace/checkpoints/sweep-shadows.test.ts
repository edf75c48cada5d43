import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TempRepository } from '../temp-repository.ts';
import { Shadow } from './shadow.ts';
import { sweepShadows } from './sweep-shadows.ts';

it('removes what is known of worktrees that are gone, and nothing that is used', async () => {
  using gone = new TempRepository();
  using there = new TempRepository();
  using away = new TempRepository();
  const folder = await mkdtemp(join(tmpdir(), 'pilotlight-shadows-'));
  try {
    const [a, b, c] = await Promise.all([gone, there, away].map(({ path }) => Shadow.open(path, folder)));
    await rm(gone.path, { recursive: true });
    await rename(away.path, `${away.path}-aside`);
    await sweepShadows(folder, () => Promise.resolve(new Set([c!.gitDir])));
    await rename(`${away.path}-aside`, away.path);
    expect([a, b, c].map((shadow) => existsSync(shadow!.gitDir))).toEqual([false, true, true]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
