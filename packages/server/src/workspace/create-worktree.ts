import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PilotlightError } from '@pilotlight/protocol';
import { git, gitFailure, gitOk } from './git.ts';
import { exists, settleInterruptedRemoval } from './interrupted-removal.ts';
import { KeyedLock } from './keyed-lock.ts';
import { readCommit } from './repository.ts';
import { findSessionBranch, findSessionWorktree, projectWorktrees } from './session-worktree.ts';
import { findWorktree } from './worktree-list.ts';
import { withRepository } from './repository-lock.ts';
import { baseUnknown, resolveBase } from './resolve-base.ts';
import { fillSubmodules } from './submodules/fill-submodules.ts';
import { clearHalfWritten, clearUnfinished, CREATING, isBeingCreated } from './unfinished-worktree.ts';
import { BRANCH_PREFIX, NAMELESS, shortId, slugify } from './worktree-name.ts';
import { assertWorktree } from './worktree-state.ts';

/*
 * Making a worktree takes several steps, and the server may die between any two:
 *
 *   entry added under the CREATING lock ──▶ files written ──▶ unlocked: finished
 *
 * Whatever is found under that lock is cleared away and made again. Anything without it is either finished, and returned
 * as it is, or not ours, and left alone. Repositories are taken one at a time for the first step only.
 */
const CHECKOUT_TIMEOUT_MS = 10 * 60_000;

export interface CreateWorktreeOptions {
  /** root of the repository */
  projectPath: string;
  /** the folder all worktrees live under; made when missing */
  worktreesFolder: string;
  sessionId: string;
  /** the session's title; what is readable in path and branch */
  name: string;
  /** what to start from, see `resolveBase`; HEAD unless told */
  base?: string | undefined;
  /** the branch it had, to be taken up again when it is still there, whatever it is called */
  keepBranch?: string | undefined;
  /**
   * What is done with the files of the commit, in place of filling their submodules. The worktree then stays under its lock,
   * to be cleared away after a crash, until `releaseWorktree`.
   */
  fill?: ((path: string) => Promise<void>) | undefined;
  signal?: AbortSignal | undefined;
}

export interface CreatedWorktree {
  /** absolute, symlinks resolved */
  path: string;
  branch: string;
  /** the commit changes are counted from */
  baseCommit: string;
}

const creations = new KeyedLock();

/**
 * Makes the worktree of a session, or gives back the one it has: asking again is safe, also after a crash in between and
 * after the title has changed. A branch of the session that is still there from before is taken up again.
 *
 * @throws PilotlightError `repository_empty` without commits, `invalid_request` for an unknown base, `worktree_failed`
 *   when something that is not ours is in the way, `git_failed`, `cancelled`
 */
export async function createWorktree(options: CreateWorktreeOptions): Promise<CreatedWorktree> {
  return creations.run(options.sessionId, () => createAlone(options));
}

async function createAlone(options: CreateWorktreeOptions): Promise<CreatedWorktree> {
  const { projectPath, signal, fill } = options;
  const start = await startOf(options);
  const claim = await withRepository(projectPath, (commonDir) => claimWorktree(options, commonDir, start));
  const { path, branch } = claim;
  if (!claim.finished) {
    try {
      // Files are written from inside: what configuration applies there (conditional includes) can only be read there.
      await gitOk(['reset', '--hard', '--quiet'], { cwd: path, signal, timeoutMs: CHECKOUT_TIMEOUT_MS });
      if (fill === undefined) await fillSubmodules({ projectPath, worktreePath: path, signal });
      else await fill(path);
    } catch (error) {
      await withRepository(projectPath, () => undoClaim(projectPath, claim, start));
      throw error;
    }
    if (fill === undefined)
      await withRepository(projectPath, () => gitOk(['worktree', 'unlock', path], { cwd: projectPath }));
  }
  return { path, branch, baseCommit: claim.newBranch ? start : await forkPoint(path, start) };
}

/** Says that a worktree that is being made is whole. Once that was said, nothing is done. @throws PilotlightError `git_failed` */
export async function releaseWorktree(projectPath: string, path: string): Promise<void> {
  await withRepository(projectPath, async () => {
    const entry = await findWorktree(projectPath, path);
    if (entry !== null && isBeingCreated(entry))
      await gitOk(['worktree', 'unlock', path], { cwd: projectPath });
  });
}

interface Claim {
  path: string;
  branch: string;
  newBranch: boolean;
  /** the session has had it from before */
  finished: boolean;
}

/** Finds the session's worktree, or has git make an empty one under the CREATING lock. */
async function claimWorktree(
  options: CreateWorktreeOptions,
  commonDir: string,
  start: string,
): Promise<Claim> {
  const { projectPath } = options;
  const short = shortId(options.sessionId);
  const folder = await projectWorktrees(options.worktreesFolder, projectPath);

  await clearHalfWritten(commonDir, short);
  const existing = await findSessionWorktree(projectPath, folder, short);
  const name = existing ? basename(existing.path) : `${slugify(options.name, NAMELESS)}-${short}`;
  const path = join(folder, name);
  await settleInterruptedRemoval(path);
  if (existing !== undefined) {
    if (!isBeingCreated(existing) && (await exists(path))) {
      await assertWorktree(path);
      return { path, branch: existing.branch ?? BRANCH_PREFIX + name, newBranch: false, finished: true };
    }
    await clearUnfinished(projectPath, existing);
  }
  await requireFree(path);
  const branch =
    (await keptBranch(options)) ?? (await findSessionBranch(projectPath, short)) ?? BRANCH_PREFIX + name;
  const newBranch = (await readCommit(projectPath, `refs/heads/${branch}`)) === null;
  const claim = { path, branch, newBranch, finished: false };
  const place = newBranch ? ['--no-track', '-b', branch, path, start] : [path, branch];
  try {
    await addWorktree(place, projectPath, options.signal);
  } catch (error) {
    await undoClaim(projectPath, claim, start);
    throw error;
  }
  return claim;
}

async function keptBranch({ projectPath, keepBranch }: CreateWorktreeOptions): Promise<string | null> {
  if (keepBranch === undefined) return null;
  return (await readCommit(projectPath, `refs/heads/${keepBranch}`)) === null ? null : keepBranch;
}

async function undoClaim(
  projectPath: string,
  { path, branch, newBranch }: Claim,
  start: string,
): Promise<void> {
  const entry = await findWorktree(projectPath, path);
  if (entry !== null && isBeingCreated(entry)) await clearUnfinished(projectPath, entry);
  // Named with the commit it must still be at: a branch somebody has committed to stays.
  if (newBranch) await git(['update-ref', '-d', `refs/heads/${branch}`, start], { cwd: projectPath });
}

async function startOf({ projectPath, base }: CreateWorktreeOptions): Promise<string> {
  const start =
    base === undefined ? await readCommit(projectPath, 'HEAD') : await resolveBase(projectPath, base);
  if (start !== null) return start;
  if (base === undefined || (await readCommit(projectPath, 'HEAD')) === null) {
    throw repositoryEmpty(projectPath);
  }
  throw baseUnknown(projectPath, base);
}

/** The error of a worktree that would have nothing to start from. */
export function repositoryEmpty(projectPath: string): PilotlightError {
  return new PilotlightError(
    'repository_empty',
    `The repository ${projectPath} has no commit yet, so no worktree can be made. Make a first commit ` +
      '(`git commit --allow-empty -m "first commit"`), or start the session in place (--in-place).',
    { details: { projectPath } },
  );
}

/** An empty folder, or one with nothing but the `.git` file git writes first, is left over from a creation cut short. */
async function requireFree(path: string): Promise<void> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (names === null) return;
  const leftOver =
    names.length === 0 || (names.join('/') === '.git' && (await lstat(join(path, '.git'))).isFile());
  if (!leftOver) {
    throw new PilotlightError(
      'worktree_failed',
      `${path} is in the way: it has files and is not a worktree of this repository. Move the folder away and try again.`,
      { details: { path } },
    );
  }
  await rm(path, { recursive: true, force: true });
}

/** Where the worktree's HEAD left the base; HEAD itself when they have nothing in common. */
async function forkPoint(path: string, base: string): Promise<string> {
  const result = await git(['merge-base', 'HEAD', base], { cwd: path });
  if (result.exitCode === 0) return result.stdout.trim();
  return (await readCommit(path, 'HEAD')) ?? base;
}

async function addWorktree(
  place: readonly string[],
  projectPath: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const args = ['worktree', 'add', '--lock', '--reason', CREATING, '--no-checkout', ...place];
  const result = await git(args, { cwd: projectPath, signal });
  if (result.exitCode === 0) return;
  const failure = gitFailure(args, projectPath, result);
  const [, branch, elsewhere] =
    /'(.+)' is already (?:checked out|used by worktree) at '(.+)'/.exec(result.stderr) ?? [];
  if (branch !== undefined && elsewhere !== undefined) {
    throw new PilotlightError(
      'worktree_failed',
      `The session's branch ${branch} is checked out in ${elsewhere}, and git keeps a branch in one folder only. Switch that folder to another branch and try again.`,
      { cause: failure, details: { projectPath, branch, elsewhere } },
    );
  }
  if ((await readCommit(projectPath, `refs/heads/${BRANCH_PREFIX.slice(0, -1)}`)) === null) throw failure;
  throw new PilotlightError(
    'worktree_failed',
    `The repository ${projectPath} has a branch named "pilotlight", so no branch "pilotlight/…" can be made. Rename that branch and try again.`,
    { cause: failure, details: { projectPath } },
  );
}
