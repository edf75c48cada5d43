import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Lacking } from '@pilotlight/protocol';
import { confine } from './confine.ts';
import { gitOk } from './git.ts';

/** Of all files together; past it nothing more is copied. */
export const MOST_COPIED_BYTES = 512 * 1024 * 1024;
const MOST_COPIED_FILES = 20_000;
/** What is listed by name of what was not copied. */
const MOST_NAMED = 20;

export interface CopyIgnoredOptions {
  projectPath: string;
  worktreePath: string;
  /** of `.pilotlight.json` */
  patterns: readonly string[];
  /** bytes; MOST_COPIED_BYTES unless told */
  limit?: number;
}

export interface CopiedFiles {
  copied: number;
  notCopied: Lacking[];
}

/**
 * Copies files that git ignores from a project to a worktree of it. Only plain files that lie in the project themselves and
 * not behind a link; what is there already stays. Each file appears whole or not at all, so that it can be done again.
 * @throws PilotlightError `git_failed`
 */
export async function copyIgnored(options: CopyIgnoredOptions): Promise<CopiedFiles> {
  const { projectPath, worktreePath, patterns, limit = MOST_COPIED_BYTES } = options;
  if (patterns.length === 0) return { copied: 0, notCopied: [] };
  const beside = `${worktreePath}.copying`;
  try {
    await rm(beside, { recursive: true, force: true });
    await mkdir(beside, { recursive: true });
    return await copyAll({ projectPath, worktreePath, patterns, limit }, beside);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function copyAll(
  { projectPath, worktreePath, patterns, limit }: Required<CopyIgnoredOptions>,
  beside: string,
): Promise<CopiedFiles> {
  const result: CopiedFiles = { copied: 0, notCopied: [] };
  const [from, to] = await Promise.all([realpath(projectPath), realpath(worktreePath)]);
  const refuse = (path: string, why: string): void => {
    if (result.notCopied.length < MOST_NAMED) result.notCopied.push({ path, why });
  };
  let bytes = 0;
  for (const path of await listIgnored(from, patterns)) {
    const source = join(from, path);
    const target = join(to, path);
    const found = await lstat(source).catch(() => null);
    if (found === null) continue;
    if (!found.isFile()) refuse(path, 'it is a link or no plain file');
    else if ((await confine(from, path).catch(() => null)) !== source) refuse(path, 'it lies behind a link');
    else if ((await lstat(target).catch(() => null)) !== null) continue;
    else if ((await confine(to, path).catch(() => null)) !== target)
      refuse(path, 'its place in the worktree lies behind a link');
    else if (bytes + found.size > limit || result.copied >= MOST_COPIED_FILES) {
      refuse(path, `all files together may have ${limit} bytes`);
      break;
    } else {
      await copyWhole(source, target, join(beside, 'file'));
      bytes += found.size;
      result.copied += 1;
    }
  }
  return result;
}

async function listIgnored(projectPath: string, patterns: readonly string[]): Promise<string[]> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '-z', '--'];
  const pathspecs = patterns.map((pattern) => `:(top,glob)${pattern}`);
  const { stdout } = await gitOk([...args, ...pathspecs], { cwd: projectPath });
  return stdout.split('\0').filter((path) => path !== '');
}

/** By way of a folder beside the worktree, so that no half file is ever in it, whoever dies. */
async function copyWhole(source: string, target: string, beside: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, beside, constants.COPYFILE_FICLONE);
  await rename(beside, target);
}
