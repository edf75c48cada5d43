import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A repository with one commit, in a temporary folder; whoever makes it removes it. */
export function newRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-project-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], {
      cwd: folder,
    });
  git('init', '-q');
  writeFileSync(join(folder, 'README.md'), 'hello\n');
  git('add', '.');
  git('commit', '-qm', 'first');
  return folder;
}
