import { PilotlightError, newId, type Checkpoint } from '@pilotlight/protocol';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { confine } from '../../workspace/confine.ts';
import { gitOk } from '../../workspace/git.ts';
import { readCommit } from '../../workspace/repository.ts';
import type { Announcer } from '../announcer.ts';

const AUTHOR = {
  GIT_AUTHOR_NAME: 'Pilotlight',
  GIT_AUTHOR_EMAIL: 'pilotlight@localhost',
  GIT_COMMITTER_NAME: 'Pilotlight',
  GIT_COMMITTER_EMAIL: 'pilotlight@localhost',
};

/** Keeps the state of a worktree, untracked files included, under a hidden ref. Its index and HEAD stay. */
export async function keepState(announcer: Announcer, sessionId: string, cwd: string): Promise<string> {
  const id = newId('checkpoint');
  const head = await readCommit(cwd, 'HEAD');
  const commit = await withIndex(async (env) => {
    if (head !== null) await gitOk(['read-tree', head], { cwd, env });
    await gitOk(['add', '--all'], { cwd, env });
    const tree = (await gitOk(['write-tree'], { cwd, env })).stdout.trim();
    const parent = head === null ? [] : ['-p', head];
    const args = ['commit-tree', tree, ...parent, '-m', 'Kept before a change'];
    return (await gitOk(args, { cwd, env: AUTHOR })).stdout.trim();
  });
  await gitOk(['update-ref', `refs/pilotlight/checkpoints/${sessionId}/${id}`, commit], { cwd });
  const { journal, store, now } = announcer;
  const kind = 'before_change' as const;
  const checkpoint: Checkpoint = { id, sessionId, turnId: null, kind, commit, leftOut: [], createdAt: now() };
  journal.commit(() => store.checkpoints.insert(checkpoint));
  return id;
}

/** Files become what they were when that state was kept. */
export async function bringBack(
  announcer: Announcer,
  cwd: string,
  checkpointId: string,
  paths: readonly string[],
): Promise<void> {
  const checkpoint = announcer.store.checkpoints.get(checkpointId);
  if (checkpoint === null) {
    throw new PilotlightError('checkpoint_not_found', `The state ${checkpointId} is not kept any more.`);
  }
  await withIndex(async (env) => {
    await gitOk(['read-tree', checkpoint.commit], { cwd, env });
    const { stdout } = await gitOk(['ls-files', '-z'], { cwd, env });
    const held = new Set(stdout.split('\0'));
    const input = paths.filter((path) => held.has(path)).map((path) => `${path}\0`);
    await gitOk(['checkout-index', '--force', '-z', '--stdin'], { cwd, env, input: input.join('') });
    for (const path of paths.filter((path) => !held.has(path))) {
      const folder = await confine(cwd, dirname(join(cwd, path)));
      await rm(join(folder, path.slice(path.lastIndexOf('/') + 1)), { force: true });
    }
  });
}

async function withIndex<T>(work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pilotlight-state-'));
  try {
    return await work({ GIT_INDEX_FILE: join(folder, 'index') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
