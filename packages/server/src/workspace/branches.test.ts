import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listBranches } from './branches.ts';
import { readCommit } from './repository.ts';
import { TempRepository } from './temp-repository.ts';

/** Commits with a time of its own, so that the order is certain. Gives the commit. */
function commitAt(repository: TempRepository, seconds: number): string {
  const date = `${seconds} +0000`;
  repository.git('-c', 'user.name=t', 'commit', '-q', '--allow-empty', '-m', 'at', `--date=${date}`);
  const tree = repository.git('rev-parse', 'HEAD^{tree}');
  const [author, mail] = [`author T <t@t> ${date}`, `committer T <t@t> ${date}`];
  repository.write({ 'commit.txt': `tree ${tree}\n${author}\n${mail}\n\nat\n` });
  return repository.git('hash-object', '-t', 'commit', '-w', 'commit.txt');
}

it('lists branches and remote branches, newest first, by names that are taken without doubt', async () => {
  using repository = new TempRepository();
  const [old, young] = [commitAt(repository, 1_000_000), commitAt(repository, 2_000_000_000)];
  repository.git('branch', 'feature/old', old);
  repository.git('branch', 'v1', young);
  repository.git('tag', 'v1', old);
  repository.git('update-ref', 'refs/remotes/origin/main', young);
  repository.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  repository.git('worktree', 'add', '-q', join(repository.worktrees, 'one'), 'feature/old');

  const { head, branches, truncated } = await listBranches(repository.path);
  expect({ head, truncated }).toEqual({ head: 'main', truncated: false });
  expect(branches.map(({ name }) => name)).toEqual(['heads/v1', 'origin/main', 'main', 'feature/old']);
  expect(branches[0]).toEqual({
    name: 'heads/v1',
    remote: false,
    commit: young,
    committedAt: 2_000_000_000_000,
    checkedOut: false,
  });
  expect(branches.map(({ remote }) => remote)).toEqual([false, true, false, false]);
  expect(branches.map(({ checkedOut }) => checkedOut)).toEqual([false, false, true, true]);
  for (const { name, commit } of branches) expect(await readCommit(repository.path, name)).toBe(commit);
});

it('says that HEAD is on no branch, and on which one without any commit', async () => {
  using detached = new TempRepository();
  detached.git('checkout', '-q', '--detach');
  expect(await listBranches(detached.path)).toMatchObject({ head: null, branches: [{ name: 'main' }] });
  using empty = new TempRepository(false);
  expect(await listBranches(empty.path)).toEqual({ head: 'main', branches: [], truncated: false });
});

it('lists the newest thousand of very many, and says that there are more', async () => {
  using repository = new TempRepository();
  const commit = repository.git('rev-parse', 'HEAD');
  const refs = Array.from({ length: 1001 }, (_, n) => `${commit} refs/heads/b${n}`);
  repository.write({ '.git/packed-refs': `${refs.join('\n')}\n` });
  const { branches, truncated } = await listBranches(repository.path);
  expect({ count: branches.length, truncated }).toEqual({ count: 1000, truncated: true });
});
