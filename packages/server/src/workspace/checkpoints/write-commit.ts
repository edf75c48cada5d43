import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gitOk } from '../git.ts';
import type { Shadow } from './shadow.ts';

const WHO = { NAME: 'Pilotlight', EMAIL: 'checkpoints@pilotlight.invalid' };

/** All of ours. */
const REFS = 'refs/pilotlight';

/** Of all checkpoints of the session that hold that state: a turn begins with what the one before it left. */
export function checkpointRef(sessionId: string, commit: string): string {
  return `${REFS}/checkpoints/${sessionId}/${commit}`;
}

/** Of the last state of a removed session. */
export function keptRef(sessionId: string): string {
  return `${REFS}/kept/${sessionId}`;
}

/**
 * A tree as a commit. Nothing names it yet; git keeps what nothing names for two weeks.
 *
 * @param at epoch ms
 * @throws PilotlightError `git_failed`
 */
export async function writeCommit(
  shadow: Shadow,
  commit: { tree: string; parents: readonly string[]; message: string; at: number },
): Promise<string> {
  const date = `@${Math.floor(commit.at / 1000)} +0000`;
  const env = {
    GIT_AUTHOR_NAME: WHO.NAME,
    GIT_AUTHOR_EMAIL: WHO.EMAIL,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: WHO.NAME,
    GIT_COMMITTER_EMAIL: WHO.EMAIL,
    GIT_COMMITTER_DATE: date,
  };
  const parents = commit.parents.flatMap((parent) => ['-p', parent]);
  const args = ['commit-tree', '--no-gpg-sign', ...parents, '-F', '-', commit.tree];
  return (await shadow.gitOk(args, { env, input: commit.message })).stdout.trim();
}

/** Refs that come to name a commit, and refs that go. All or none. @throws PilotlightError `git_failed` */
export async function updateRefs(
  repositoryPath: string,
  changes: { set?: readonly { ref: string; commit: string }[]; remove?: readonly string[] },
): Promise<void> {
  const lines = [
    ...(changes.set ?? []).map(({ ref, commit }) => `update ${ref}\0${commit}\0\0`),
    ...(changes.remove ?? []).map((ref) => `delete ${ref}\0\0`),
  ];
  if (lines.length === 0) return;
  await gitOk(['update-ref', '--no-deref', '-z', '--stdin'], { cwd: repositoryPath, input: lines.join('') });
}

/** All refs of a session go. @throws PilotlightError `git_failed` */
export async function removeRefsOf(repositoryPath: string, sessionId: string): Promise<void> {
  const refs = [
    ...(await listRefs(repositoryPath, `checkpoints/${sessionId}`)).keys(),
    ...(await listRefs(repositoryPath, `kept/${sessionId}`)).keys(),
  ];
  await updateRefs(repositoryPath, { remove: refs });
}

/** Whether a ref is there for certain: as a file of its own, which it is until git packs it. Starts no git. */
export async function isLoose(commonDir: string, ref: string): Promise<boolean> {
  return (await stat(join(commonDir, ref)).catch(() => null)) !== null;
}

/** Refs of ours below one, with their commits. @throws PilotlightError `git_failed` */
export async function listRefs(repositoryPath: string, below: string): Promise<Map<string, string>> {
  const args = ['for-each-ref', '--format=%(refname) %(objectname)', `${REFS}/${below}`];
  const { stdout } = await gitOk(args, { cwd: repositoryPath });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}
