import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { gitFolders } from './named-git-folder.ts';
import { TempRepository } from './temp-repository.ts';

/** What was written a moment ago is not remembered: for these tests everything is older. */
beforeEach(() => {
  const later = Date.now() + 60_000;
  vi.spyOn(Date, 'now').mockReturnValue(later);
});
afterEach(() => void vi.restoreAllMocks());

it("follows a worktree's .git wherever it leads now, also when it was looked at before", async () => {
  using repo = new TempRepository();
  const [one, two] = ['one', 'two'].map((name) => join(repo.folder, name)) as [string, string];
  for (const folder of [one, two]) repo.git('worktree', 'add', '-q', folder);
  const repository = join(repo.path, '.git');
  const at = (name: string) => ({ own: join(repository, 'worktrees', name), repository });
  for (let look = 0; look < 2; look++) expect(await gitFolders(one)).toEqual(at('one'));
  writeFileSync(join(one, '.git'), `gitdir: ${at('two').own}\n`);
  for (let look = 0; look < 2; look++) expect(await gitFolders(one)).toEqual(at('two'));
  const elsewhere = join(repo.folder, 'elsewhere');
  writeFileSync(join(at('two').own, 'commondir'), `${elsewhere}\n`);
  for (let look = 0; look < 2; look++)
    expect(await gitFolders(one)).toEqual({ own: at('two').own, repository: elsewhere });
  rmSync(join(one, '.git'));
  expect(await gitFolders(one)).toBeNull();
  repo.gitIn(one, 'init', '-q');
  for (let look = 0; look < 2; look++)
    expect(await gitFolders(one)).toEqual({ own: join(one, '.git'), repository: join(one, '.git') });
});
