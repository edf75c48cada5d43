/** Work that is in a worktree when a server dies, and where its bytes are after that. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { Desk, Home } from '../composed-harness.ts';

export interface Work extends Desk {
  /** of the worktree */
  path: string;
  branch: string;
}

export function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@t'];
  const options = { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  return execFileSync('git', [...identity, ...args], options).trimEnd();
}

/** A session whose worktree is there, after a turn that changed nothing. */
export async function quietWork(home: Home): Promise<Work> {
  const desk = await home.desk('demo', home.newRepository());
  git(desk.folder, 'config', 'user.name', 'Ada');
  git(desk.folder, 'config', 'user.email', 'ada@example.invalid');
  await home.turn(desk.chat, '/echo first');
  await home.running.drained();
  const { worktree } = await home.client.getSession(desk.session.id);
  return { ...desk, path: worktree?.path ?? '', branch: worktree?.branch ?? '' };
}

/** The same, and the worktree holds what was staged, changed since, and untracked. */
export async function uncommittedWork(home: Home): Promise<Work> {
  const work = await quietWork(home);
  writeFileSync(join(work.path, 'staged.txt'), 'staged bytes\n');
  git(work.path, 'add', 'staged.txt');
  writeFileSync(join(work.path, 'staged.txt'), 'changed bytes\n');
  writeFileSync(join(work.path, 'new.txt'), 'untracked bytes\r\n');
  return work;
}

/** Whether these bytes are in the worktree, or in something that a ref of the repository holds. */
export function isFound(
  { path, folder }: { path: string; folder: string },
  name: string,
  bytes: string,
): boolean {
  const file = join(path, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === bytes) return true;
  const objects = git(folder, 'rev-list', '--all', '--objects').split('\n');
  return objects.some(
    (line) =>
      line.endsWith(` ${name}`) &&
      execFileSync('git', ['cat-file', 'blob', line.slice(0, 40)], { cwd: folder, encoding: 'utf8' }) ===
        bytes,
  );
}

/** What `uncommittedWork` wrote. */
export function expectFound(work: Work): void {
  expect(isFound(work, 'staged.txt', 'changed bytes\n')).toBe(true);
  expect(isFound(work, 'new.txt', 'untracked bytes\r\n')).toBe(true);
}

/** Resolves when no git works below that folder: one that a dead server has started goes on to its end. */
export function gitsEnded(folder: string): Promise<void> {
  const isThere = (pid: string): boolean => {
    try {
      const isGit = readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('git');
      return isGit && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  };
  const pids = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return vi.waitFor(() => expect(pids().filter(isThere)).toEqual([]), { timeout: 30_000 });
}
