import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { git, gitOk } from './git.ts';
import { TempRepository } from './temp-repository.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('gives output, errors and exit code', async () => {
  using repo = new TempRepository();
  expect(await git(['rev-parse', '--abbrev-ref', 'HEAD'], { cwd: repo.path })).toMatchObject({
    stdout: 'main\n',
    exitCode: 0,
    truncated: false,
  });
  expect(await git(['rev-parse', '--verify', '-q', 'nothing'], { cwd: repo.path })).toMatchObject({
    exitCode: 1,
  });
  const hashed = await gitOk(['hash-object', '--stdin'], { cwd: repo.path, input: 'one\ntwo\n' });
  expect(hashed.stdout.trim()).toBe(repo.git('rev-parse', 'HEAD:a.txt'));
});

test('a failure names command, folder, exit code and what git said', async () => {
  using repo = new TempRepository();
  await expect(gitOk(['show', 'nothing'], { cwd: repo.path })).rejects.toMatchObject({
    code: 'git_failed',
    message: expect.stringMatching(/git show nothing in .*my prøject failed with exit code 128: .*nothing/s),
    details: { exitCode: 128, cwd: repo.path },
  });
  await expect(git(['status'], { cwd: join(repo.path, 'gone') })).rejects.toMatchObject({
    code: 'git_failed',
    message: expect.stringContaining('no such folder'),
  });
});

test('output past the limit is cut, and an error where it must be whole', async () => {
  using repo = new TempRepository();
  repo.commit('large', { 'large.txt': 'x'.repeat(300_000) });
  const options = { cwd: repo.path, maxBytes: 1_000 };
  const result = await git(['show', 'HEAD:large.txt'], options);
  expect(result.truncated).toBe(true);
  expect(result.bytes.length).toBe(1_000);
  await expect(gitOk(['show', 'HEAD:large.txt'], options)).rejects.toMatchObject({
    code: 'payload_too_large',
  });
});

test('an abort and a timeout end git and everything it started', async () => {
  using repo = new TempRepository();
  const pidFile = join(repo.folder, 'pid');
  // The alias is the caller's own; it stands for any grandchild that would not end.
  const hanging = ['-c', `alias.hang=!echo $$ > '${pidFile}'; echo ready; exec tail -f /dev/null`, 'hang'];
  const gone = async (): Promise<void> => {
    const pid = Number(await import('node:fs/promises').then((fs) => fs.readFile(pidFile, 'utf8')));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 15_000);
  };

  const controller = new AbortController();
  const aborted = git(hanging, { cwd: repo.path, signal: controller.signal });
  aborted.catch(() => undefined);
  await expect.poll(() => existsSync(pidFile)).toBe(true);
  controller.abort();
  await expect(aborted).rejects.toMatchObject({ code: 'cancelled' });
  await gone();

  await expect(git(hanging, { cwd: repo.path, timeoutMs: 500 })).rejects.toMatchObject({
    code: 'git_failed',
    message: expect.stringContaining('did not finish within 500 ms'),
  });
  await gone();
  await expect(git(['status'], { cwd: repo.path, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'cancelled',
  });
});

test('variables that point git elsewhere are not inherited', async () => {
  using repo = new TempRepository();
  using other = new TempRepository();
  vi.stubEnv('GIT_DIR', join(other.path, '.git'));
  vi.stubEnv('GIT_WORK_TREE', other.path);
  vi.stubEnv('GIT_INDEX_FILE', join(other.path, '.git/index'));
  vi.stubEnv('GIT_CONFIG_COUNT', '1');
  vi.stubEnv('GIT_CONFIG_KEY_0', 'core.bare');
  vi.stubEnv('GIT_CONFIG_VALUE_0', 'true');
  vi.stubEnv('GIT_EXTERNAL_DIFF', 'false');
  const { stdout } = await gitOk(['rev-parse', '--show-toplevel'], { cwd: repo.path });
  expect(stdout.trim()).toBe(repo.path);
});

test('a folder of another user is refused with what to do', async () => {
  using repo = new TempRepository();
  writeFileSync(join(repo.folder, 'global'), '');
  const env = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1', GIT_CONFIG_GLOBAL: join(repo.folder, 'global') };
  await expect(git(['status'], { cwd: repo.path, env })).rejects.toMatchObject({
    code: 'git_failed',
    message: expect.stringMatching(/belongs to another user.*safe\.directory/s),
    details: { reason: 'dubious_ownership', folder: repo.path },
  });
});
