import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fillFrom } from './checkpoints/fill-from.ts';
import { Shadow } from './checkpoints/shadow.ts';
import { takeSnapshot } from './checkpoints/snapshot.ts';

/** For tests: a real repository in a folder of its own, with spaces and letters beyond ASCII in its path. */
export class TempRepository {
  readonly folder: string = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-git-')));
  readonly path: string = join(this.folder, 'my prøject');
  readonly worktrees: string = join(this.folder, 'work trees ü');

  /** @param commits false: without a first commit */
  constructor(commits = true) {
    mkdirSync(this.path);
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'Test');
    this.git('config', 'user.email', 'test@example.invalid');
    if (commits) this.commit('first', { 'a.txt': 'one\ntwo\n', 'sub/b.txt': 'b\n' });
  }

  /** Plain git, unguarded, in the repository. Gives what it prints. */
  git(...args: string[]): string {
    return this.gitIn(this.path, ...args);
  }

  gitIn(cwd: string, ...args: string[]): string {
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
  }

  write(files: Record<string, string | Buffer>, at: string = this.path): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(at, name)), { recursive: true });
      writeFileSync(join(at, name), content);
    }
  }

  /** Writes files and commits everything. Gives the commit. */
  commit(message: string, files: Record<string, string | Buffer> = {}, at: string = this.path): string {
    this.write(files, at);
    this.gitIn(at, 'add', '-A');
    this.gitIn(at, 'commit', '-q', '--allow-empty', '-m', message);
    return this.gitIn(at, 'rev-parse', 'HEAD');
  }

  /** Makes the files of a new worktree those of a checkpoint, as a server does. */
  readonly fill = async (path: string, commit: string): Promise<void> => {
    const shadow = await Shadow.open(path, join(this.folder, 'shadows'));
    if (shadow === null) throw new Error(`${path} is no worktree`);
    const { tree } = await takeSnapshot(shadow, { ignored: false });
    await fillFrom(shadow, { tree, commit, sources: [this.path] });
  };

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
