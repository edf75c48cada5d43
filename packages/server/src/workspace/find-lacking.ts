import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lacking } from '@pilotlight/protocol';
import { gitOk } from './git.ts';
import { exists } from './interrupted-removal.ts';

/** Of each kind, named one by one. */
const MOST_NAMED = 20;
const LFS_BEGINNING = 'version https://git-lfs.github.com/spec/';

/**
 * What git itself did not put into a new worktree: submodules, which it leaves empty, and files kept with Git LFS where its
 * filter is not set up for the user's whole account (a filter that only the repository names is not run, see git-guard.ts).
 * @throws PilotlightError `git_failed`
 */
export async function findLacking(worktreePath: string): Promise<Lacking[]> {
  return [...(await emptySubmodules(worktreePath)), ...(await lfsPointers(worktreePath))];
}

async function emptySubmodules(cwd: string): Promise<Lacking[]> {
  if (!(await exists(join(cwd, '.gitmodules')))) return [];
  const { stdout } = await gitOk(['ls-files', '--stage', '-z'], { cwd });
  const paths = stdout.split('\0').filter((record) => record.startsWith('160000 '));
  const lacking: Lacking[] = [];
  for (const record of paths.slice(0, MOST_NAMED)) {
    const path = record.slice(record.indexOf('\t') + 1);
    if (await exists(join(cwd, path, '.git'))) continue;
    const why =
      'a submodule, left empty; `git submodule update --init` in the setup of .pilotlight.json fills it';
    lacking.push({ path, why });
  }
  return lacking;
}

async function lfsPointers(cwd: string): Promise<Lacking[]> {
  const { stdout } = await gitOk(['ls-files', '-z', '--', ':(top,attr:filter=lfs)'], { cwd });
  const lacking: Lacking[] = [];
  for (const path of stdout
    .split('\0')
    .filter((each) => each !== '')
    .slice(0, MOST_NAMED)) {
    if (!(await beginsWith(join(cwd, path), LFS_BEGINNING))) continue;
    const why =
      'a Git LFS pointer instead of its content; set Git LFS up for your account (`git lfs install`), or run `git lfs pull` in the setup of .pilotlight.json';
    lacking.push({ path, why });
  }
  return lacking;
}

async function beginsWith(path: string, beginning: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(beginning.length), 0, beginning.length, 0);
    return buffer.toString('utf8', 0, bytesRead) === beginning;
  } catch {
    return false;
  }
}
