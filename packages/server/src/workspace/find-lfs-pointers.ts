import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lacking } from '@pilotlight/protocol';
import { gitOk } from './git.ts';

const MOST_NAMED = 20;
const LFS_BEGINNING = 'version https://git-lfs.github.com/spec/';

/**
 * Files kept with Git LFS that are pointers, because its filter is not set up for the user's whole account (a filter that only
 * the repository names is not run, see git-guard.ts). They are not filled from what the repository has of them: without the
 * filter, git would take the content for a change, and a commit would take it in.
 * @throws PilotlightError `git_failed`
 */
export async function findLfsPointers(cwd: string): Promise<Lacking[]> {
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
