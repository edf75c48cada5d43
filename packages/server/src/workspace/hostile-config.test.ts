import { appendFileSync, chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countChanges } from './checkpoints/compare-trees.ts';
import { Shadow } from './checkpoints/shadow.ts';
import { takeSnapshot } from './checkpoints/snapshot.ts';
import { listBranches } from './branches.ts';
import { copyIgnored } from './copy-ignored.ts';
import { findLfsPointers } from './find-lfs-pointers.ts';
import { git, gitOk } from './git.ts';
import { fetchPullRequest } from './pull-request.ts';
import { repairWorktree } from './repair-worktree.ts';
import { inspectFolder } from './repository.ts';
import { TempRepository } from './temp-repository.ts';
import { watchWorktree } from './watch-worktree.ts';
import { assertWorktree, createWorktree, removeWorktree, worktreeState } from './worktrees.ts';

/** A repository in which every way we know to have git start a program leads to one that leaves a canary behind. */
class HostileRepository extends TempRepository {
  readonly canary: string = join(this.folder, 'canary');
  readonly script: string = join(this.folder, 'evil.sh');

  constructor() {
    super();
    writeFileSync(this.script, `#!/bin/sh\necho "$0 $*" >> '${this.canary}'\ncat\n`);
    chmodSync(this.script, 0o755);
    const drivers = ['plain', 'a=b', 'dotted.name', 'later', 'of-worktree'];
    const attributes = drivers.map((name, index) => `*.t${index} filter=${name} diff=${name} merge=${name}`);
    this.commit('attributes', {
      '.gitattributes': `${attributes.join('\n')}\n`,
      ...Object.fromEntries(drivers.map((_, index) => [`file.t${index}`, 'content\n'])),
    });
    for (const hook of [
      'post-checkout',
      'post-index-change',
      'reference-transaction',
      'pre-commit',
      'pre-auto-gc',
    ]) {
      this.write({ [`.git/hooks/${hook}`]: `#!/bin/sh\n'${this.script}' </dev/null\n` });
      chmodSync(join(this.path, '.git/hooks', hook), 0o755);
    }
    this.write({
      '.git/evil-include': drivers
        .slice(0, 3)
        .map((name) => this.#drivers(name))
        .join(''),
    });
    this.write({ '.git/evil-on-branch': this.#drivers('later') });
    this.write({ '.git/config.worktree': this.#drivers('of-worktree') });
    appendFileSync(
      join(this.path, '.git/config'),
      `[core]\n fsmonitor = ${this.script}\n pager = ${this.script}\n editor = ${this.script}\n` +
        ` sshCommand = ${this.script}\n askPass = ${this.script}\n gitProxy = ${this.script}\n` +
        ` hooksPath = ${join(this.path, '.git/hooks')}\n[extensions]\n worktreeConfig = true\n` +
        `[pager]\n status = ${this.script}\n diff = ${this.script}\n log = ${this.script}\n` +
        `[diff]\n external = ${this.script}\n[sequence]\n editor = ${this.script}\n` +
        `[credential]\n helper = !${this.script}\n[gpg]\n program = ${this.script}\n[commit]\n gpgSign = true\n` +
        `[log]\n showSignature = true\n[alias]\n status = !${this.script}\n diff = !${this.script}\n` +
        `[protocol]\n allow = always\n[protocol "ext"]\n allow = always\n` +
        `[status]\n showUntrackedFiles = no\n[color]\n ui = always\n diff = always\n` +
        `[include]\n path = evil-include\n[includeIf "onbranch:pilotlight/**"]\n path = evil-on-branch\n`,
    );
  }

  #drivers(name: string): string {
    const { script } = this;
    return (
      `[filter "${name}"]\n clean = ${script} clean\n smudge = ${script} smudge\n process = ${script} process\n required = true\n` +
      `[diff "${name}"]\n command = ${script} command\n textconv = ${script} textconv\n` +
      `[merge "${name}"]\n driver = ${script} merge\n`
    );
  }

  /** Files of another content and date, so that git has to look inside. */
  touchAll(at: string): void {
    for (const index of [0, 1, 2, 3, 4]) this.write({ [`file.t${index}`]: 'changed\n' }, at);
  }
}

test('nothing a repository configures is run by any function', async () => {
  using repo = new HostileRepository();
  const clean = (): boolean => !existsSync(repo.canary);

  await inspectFolder(repo.path);
  expect(clean()).toBe(true);

  const options = {
    projectPath: repo.path,
    worktreesFolder: repo.worktrees,
    sessionId: 'ses_00000001',
    name: 'x',
  };
  const made = await createWorktree(options);
  expect(clean()).toBe(true);
  await assertWorktree(made.path);

  repo.touchAll(made.path);
  repo.write({ 'new.t1': 'new\n' }, made.path);
  const state = await worktreeState(made.path);
  expect(state.dirty).toEqual({ staged: 0, unstaged: 5, untracked: 1 });
  expect(clean()).toBe(true);

  const shadow = await Shadow.open(made.path, join(repo.folder, 'shadows'));
  if (shadow === null) throw new Error('no repository');
  const { tree } = await takeSnapshot(shadow, { ignored: false });
  expect(await countChanges(shadow, made.baseCommit, tree)).toEqual({
    files: 6,
    additions: 6,
    deletions: 5,
  });
  expect(clean()).toBe(true);

  await expect(removeWorktree({ projectPath: repo.path, ...made })).rejects.toMatchObject({
    code: 'worktree_dirty',
  });
  expect(clean()).toBe(true);

  for (const args of [
    ['diff', made.baseCommit],
    ['log', '-p', '-3'],
    ['show', 'HEAD'],
    ['ls-files', '--modified'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'ours'],
    ['checkout', '-q', 'HEAD~1', '--', '.'],
    ['reset', '-q', '--hard'],
    ['gc', '--auto'],
  ]) {
    await gitOk(args, { cwd: made.path });
    expect([args, clean()]).toEqual([args, true]);
  }
  await removeWorktree({ projectPath: repo.path, ...made });
  expect(clean()).toBe(true);
  expect(existsSync(made.path)).toBe(false);
});

test('nothing is run by what copies, watches, repairs, lists and fetches either', async () => {
  using repo = new HostileRepository();
  const clean = (): boolean => !existsSync(repo.canary);
  const { path: projectPath, worktrees: worktreesFolder } = repo;
  repo.write({ '.git/evil-in-worktrees': `[core]\n fsmonitor = ${repo.script}\n` });
  repo.write({ 'template/hooks/post-checkout': `#!/bin/sh\n'${repo.script}' </dev/null\n` }, repo.folder);
  chmodSync(join(repo.folder, 'template/hooks/post-checkout'), 0o755);
  appendFileSync(
    join(projectPath, '.git/config'),
    `[includeIf "gitdir:**/worktrees/**"]\n path = evil-in-worktrees\n` +
      `[init]\n templateDir = ${join(repo.folder, 'template')}\n` +
      `[submodule]\n recurse = true\n[submodule "lib"]\n url = ext::${repo.script}\n update = !${repo.script}\n active = true\n` +
      `[core]\n alternateRefsCommand = ${repo.script}\n[uploadpack]\n packObjectsHook = ${repo.script}\n` +
      `[remote "origin"]\n url = ext::${repo.script}\n uploadpack = ${repo.script}\n receivepack = ${repo.script}\n` +
      `[branch "main"]\n remote = origin\n merge = refs/heads/main\n[fetch]\n recurseSubmodules = true\n` +
      `[url "ext::${repo.script} "]\n insteadOf = https://\n[trailer "x"]\n command = ${repo.script}\n` +
      `[merge]\n tool = evil\n[mergetool "evil"]\n cmd = ${repo.script}\n[difftool "evil"]\n cmd = ${repo.script}\n`,
  );
  repo.write({ '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = ./lib\n' });
  const state = repo.git('commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', 'state');
  rmSync(repo.canary, { force: true });

  const session = { projectPath, worktreesFolder, sessionId: 'ses_00000002', name: 'x' };
  const made = await createWorktree(session);
  expect(clean()).toBe(true);
  repo.write({ '.gitignore': '*.env\n' }, projectPath);
  repo.write({ 'local.env': 'x' }, projectPath);
  await copyIgnored({ projectPath, worktreePath: made.path, patterns: ['**/*.env'] });
  await findLfsPointers(made.path);
  await listBranches(projectPath);
  expect(clean()).toBe(true);
  await using watching = await watchWorktree({ path: made.path, onChange: () => undefined });
  expect(watching.complete).toBe(true);
  repo.touchAll(made.path);
  const lost = { ...session, ...made, checkpoint: state, fill: repo.fill };
  rmSync(join(made.path, '.git'));
  expect(await repairWorktree(lost)).toMatchObject({ how: 'linked' });
  rmSync(made.path, { recursive: true });
  expect(await repairWorktree(lost)).toMatchObject({ how: 'recreated', fromCheckpoint: true });
  expect(clean()).toBe(true);
  await expect(fetchPullRequest(projectPath, { number: 12, repository: null })).rejects.toMatchObject({
    code: 'remote_failed',
    details: { reason: 'protocol' },
  });
  expect(clean()).toBe(true);
});

test('the same repository does run programs without the guard', () => {
  using repo = new HostileRepository();
  repo.touchAll(repo.path);
  try {
    repo.git('status');
  } catch {
    // The evil filter speaks no protocol; that it was started is all we ask.
  }
  expect(existsSync(repo.canary)).toBe(true);
});

test('a missing object of a partial clone starts no transport', async () => {
  using repo = new HostileRepository();
  const blob = repo.git('rev-parse', 'HEAD:a.txt');
  rmSync(join(repo.path, '.git/objects', blob.slice(0, 2), blob.slice(2)));
  repo.git('config', 'core.repositoryformatversion', '1');
  repo.git('config', 'extensions.partialClone', 'evil');
  repo.git('config', 'remote.evil.promisor', 'true');
  repo.git('config', 'remote.evil.url', `ext::${repo.script}`);
  repo.git('config', 'remote.evil.uploadpack', repo.script);
  rmSync(repo.canary, { force: true });
  const result = await git(['cat-file', '-p', blob], { cwd: repo.path });
  expect(result.exitCode).not.toBe(0);
  expect(existsSync(repo.canary)).toBe(false);
});

test('the programs the user configured for the whole account go on working', async () => {
  using repo = new TempRepository();
  const global = join(repo.folder, 'global-config');
  const upper = `[filter "up"]\n clean = tr a-z A-Z\n smudge = tr A-Z a-z\n required = true\n`;
  writeFileSync(global, upper);
  repo.write({ '.gitattributes': '*.up filter=up\n', 'x.up': 'loud\n' });
  repo.git('config', 'filter.up.clean', `touch '${join(repo.folder, 'canary')}'`);
  const env = { GIT_CONFIG_GLOBAL: global };
  await gitOk(['add', 'x.up'], { cwd: repo.path, env });
  expect(repo.git('show', ':x.up')).toBe('LOUD');
  expect(existsSync(join(repo.folder, 'canary'))).toBe(false);
});
