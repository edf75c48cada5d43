import { appendFileSync, chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { git, gitOk } from './git.ts';
import { rememberedConfig } from './remembered-config.ts';
import { TempRepository } from './temp-repository.ts';

/** What was written a moment ago is not remembered: for these tests everything is older. */
beforeEach(() => {
  const later = Date.now() + 60_000;
  vi.spyOn(Date, 'now').mockReturnValue(later);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** How often git would be asked in these folders, one after the other. */
async function asked(...folders: string[]): Promise<number> {
  const read = vi.fn(() => Promise.resolve([{ scope: 'local', key: 'core.bare', value: 'false' }]));
  for (const cwd of folders) await rememberedConfig({ cwd }, read);
  return read.mock.calls.length;
}

describe('the configuration of a repository', () => {
  it('is read once while its files are the same, for each working tree', async () => {
    using repo = new TempRepository();
    const linked = join(repo.folder, 'linked');
    repo.git('worktree', 'add', '-q', linked);
    expect(await asked(repo.path, repo.path, linked, linked)).toBe(2);
    appendFileSync(join(repo.path, '.git/config'), '[a]\n b = c\n');
    expect(await asked(repo.path, linked, repo.path)).toBe(2);
    writeFileSync(join(repo.path, '.git/worktrees/linked/config.worktree'), '[a]\n b = d\n');
    expect(await asked(repo.path, linked, linked)).toBe(1);
  });

  it("is read again when the user's own has changed", async () => {
    using repo = new TempRepository();
    vi.stubEnv('HOME', repo.folder);
    vi.stubEnv('XDG_CONFIG_HOME', '');
    expect(await asked(repo.path, repo.path)).toBe(1);
    writeFileSync(join(repo.folder, '.gitconfig'), '[a]\n b = c\n');
    expect(await asked(repo.path, repo.path)).toBe(1);
  });

  it('is not remembered when it was written a moment ago, below the top, or where it includes others', async () => {
    using repo = new TempRepository();
    expect(await asked(join(repo.path, 'sub'), join(repo.path, 'sub'))).toBe(2);
    const including = vi.fn(() =>
      Promise.resolve([{ scope: 'global', key: 'includeif.x.path', value: 'y' }]),
    );
    for (let count = 0; count < 2; count++) await rememberedConfig({ cwd: repo.path }, including);
    expect(including).toHaveBeenCalledTimes(2);
    vi.restoreAllMocks();
    expect(await asked(repo.path, repo.path)).toBe(2);
  });

  it('that turns hostile after it was read runs nothing', async () => {
    using repo = new TempRepository();
    repo.commit('attributes', { '.gitattributes': '*.txt filter=evil\n' });
    const status = () => git(['status', '--porcelain'], { cwd: repo.path });
    await status();
    await status();
    const canary = join(repo.folder, 'canary');
    const script = join(repo.folder, 'evil.sh');
    writeFileSync(script, `#!/bin/sh\ntouch '${canary}'\ncat\n`);
    chmodSync(script, 0o755);
    appendFileSync(join(repo.path, '.git/config'), `[filter "evil"]\n clean = '${script}'\n`);
    repo.write({ 'a.txt': 'other\n' });
    expect((await status()).stdout).toContain('a.txt');
    await gitOk(['add', '-A'], { cwd: repo.path });
    expect(existsSync(canary)).toBe(false);
    // It is one that git itself does run.
    repo.write({ 'a.txt': 'and another\n' });
    repo.git('add', '-A');
    expect(existsSync(canary)).toBe(true);
  });
});
