import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitOk, type GitOptions, type GitResult } from '../git.ts';
import { isWorktreeTop } from '../worktree-top.ts';

/*
 * Checkpoints are taken through a git folder of ours beside each worktree: it has an index, and nothing else of its own; its
 * objects are those of the repository. So the user's index is neither read nor locked, the stat cache of ours makes the next
 * look fast, the repository's configuration does not count at all, and `info/attributes` (which goes before every
 * .gitattributes) switches off whatever would change bytes on their way in or out: line ends, filters, idents, encodings.
 * A checkpoint holds the bytes of the disk, and a restore gives back those.
 */
const ATTRIBUTES = '* -text !eol !crlf !filter -ident !working-tree-encoding\n';

/** What of the repository says how its disk behaves, and what is ignored. */
const COPIED =
  '^core\\.(filemode|symlinks|ignorecase|precomposeunicode|excludesfile|trustctime|checkstat|longpaths)$';

type ShadowGitOptions = Pick<GitOptions, 'input' | 'env' | 'signal' | 'maxBytes'>;

/** They leave our index as it is, but for what it remembers of trees. */
const KEEPS_INDEX = new Set(['ls-files', 'write-tree', 'commit-tree', 'diff-tree', 'cat-file', 'ls-tree']);

/** Reading a large tree for the first time. */
const TIMEOUT_MS = 10 * 60_000;
const MAX_BYTES = 256 * 1024 * 1024;

/** The git folder of ours for one worktree. */
export class Shadow {
  /** absolute, symlinks resolved */
  readonly worktreePath: string;
  readonly gitDir: string;
  /** the repository's own folder */
  readonly commonDir: string;
  /** the user's index of this worktree */
  readonly userIndex: string;
  /** paths of the repositories inside that our index knows; null: it was not asked yet */
  repositories: Set<string> | null = null;
  /** what our index was last written as, and what says that it still is; null: not known of what it is now */
  #written: { tree: string; stamp: string } | null = null;
  /** the name of no object */
  readonly zero: string;

  private constructor(
    worktreePath: string,
    gitDir: string,
    { commonDir, userIndex, format }: { commonDir: string; userIndex: string; format: string },
  ) {
    this.worktreePath = worktreePath;
    this.gitDir = gitDir;
    this.commonDir = commonDir;
    this.userIndex = userIndex;
    this.zero = '0'.repeat(format === 'sha256' ? 64 : 40);
  }

  /**
   * Made when missing. One at a time for each worktree.
   *
   * @param folder under which all of them lie
   * @returns null when the folder is no top of a working tree
   * @throws PilotlightError `git_failed`
   */
  static async open(path: string, folder: string): Promise<Shadow | null> {
    if (!(await isWorktreeTop(path))) return null;
    const worktreePath = await realpath(path);
    const asked = ['--git-common-dir', '--git-path', 'index', '--show-object-format'];
    const { stdout } = await gitOk(['rev-parse', '--path-format=absolute', ...asked], { cwd: worktreePath });
    const [commonDir = '', userIndex = '', format = 'sha1'] = stdout.trimEnd().split('\n');
    const gitDir = shadowFolder(worktreePath, folder);
    const shadow = new Shadow(worktreePath, gitDir, {
      commonDir: await realpath(commonDir),
      userIndex,
      format,
    });
    await shadow.#prepare(format);
    return shadow;
  }

  /** The same for the folder where the worktree lies for a moment, with what is known of its files. */
  movedTo(path: string): Shadow {
    const format = this.zero.length === 64 ? 'sha256' : 'sha1';
    return new Shadow(path, this.gitDir, { commonDir: this.commonDir, userIndex: this.userIndex, format });
  }

  /** git in our folder, over this worktree. */
  git(args: readonly string[], options: ShadowGitOptions = {}): Promise<GitResult> {
    this.#isAbout(args);
    return git(args, this.#options(options));
  }

  /** @throws PilotlightError `git_failed` unless it succeeds */
  gitOk(args: readonly string[], options: ShadowGitOptions = {}): Promise<GitResult> {
    this.#isAbout(args);
    return gitOk(args, this.#options(options));
  }

  /**
   * Our index as a tree. An index that nobody has changed since is not asked for again: most turns change nothing, and are
   * looked at four times.
   */
  async writeTree(): Promise<string> {
    const written = this.#written;
    if (written !== null && written.stamp === (await this.#stamp(written.tree))) return written.tree;
    const { stdout } = await this.gitOk(['write-tree']);
    const tree = stdout.trim();
    const stamp = await this.#stamp(tree);
    this.#written = stamp === null ? null : { tree, stamp };
    return tree;
  }

  /** An index of its own for work beside ours; remove it afterwards. */
  get scratchIndex(): string {
    return join(this.gitDir, 'scratch-index');
  }

  /** Forgets what is known of the disk: the next look reads every file. */
  async forget(): Promise<void> {
    this.#written = null;
    for (const name of ['index', 'index.lock']) await rm(join(this.gitDir, name), { force: true });
  }

  /** What the repository ignores beside its .gitignore files. */
  async copyExcludes(): Promise<void> {
    const wanted = await readFile(join(this.commonDir, 'info', 'exclude')).catch(() => Buffer.alloc(0));
    const ours = join(this.gitDir, 'info', 'exclude');
    const have = await readFile(ours).catch(() => null);
    if (have === null || !have.equals(wanted)) await writeFile(ours, wanted);
  }

  #isAbout(args: readonly string[]): void {
    if (!KEEPS_INDEX.has(args[0] ?? '')) this.#written = null;
  }

  /**
   * Changes when our index does, or when the tree may have gone: what nothing names yet goes with the user's `git gc`. Then it
   * is a file no more, or the packs are others. null: there is no index.
   */
  async #stamp(tree: string): Promise<string | null> {
    const statOf = (path: string) => stat(path, { bigint: true }).catch(() => null);
    const objects = join(this.commonDir, 'objects');
    const [index, loose, packs] = await Promise.all([
      statOf(join(this.gitDir, 'index')),
      statOf(join(objects, tree.slice(0, 2), tree.slice(2))),
      statOf(join(objects, 'pack')),
    ]);
    if (index === null) return null;
    const where = loose === null ? `packed ${packs?.ino} ${packs?.ctimeNs}` : 'loose';
    return `${index.ino} ${index.size} ${index.ctimeNs} ${where}`;
  }

  #options(options: ShadowGitOptions): GitOptions {
    return {
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      ...options,
      cwd: this.worktreePath,
      ownRepository: true,
      env: {
        GIT_DIR: this.gitDir,
        GIT_WORK_TREE: this.worktreePath,
        GIT_OBJECT_DIRECTORY: join(this.commonDir, 'objects'),
        GIT_ATTR_NOSYSTEM: '1',
        // A pathspec of ours is a path, whatever is in it.
        GIT_LITERAL_PATHSPECS: '1',
        ...options.env,
      },
    };
  }

  async #prepare(format: string): Promise<void> {
    await mkdir(join(this.gitDir, 'refs'), { recursive: true, mode: 0o700 });
    await mkdir(join(this.gitDir, 'info'), { recursive: true });
    await mkdir(join(this.gitDir, 'objects'), { recursive: true });
    // Left by a git whose server was killed; nobody else works here.
    await rm(join(this.gitDir, 'index.lock'), { force: true });
    await writeFile(join(this.gitDir, 'HEAD'), 'ref: refs/heads/none\n');
    await writeFile(join(this.gitDir, 'info', 'attributes'), ATTRIBUTES);
    await writeFile(join(this.gitDir, 'worktree'), `${this.worktreePath}\n`);
    const settings = await git(['config', '--includes', '-z', '--get-regexp', COPIED], {
      cwd: this.worktreePath,
    });
    await writeFile(join(this.gitDir, 'config'), configText(format, settings.stdout));
  }
}

/** Where the git folder of ours for that worktree lies, made or not. */
export function shadowFolder(worktreePath: string, folder: string): string {
  return join(folder, createHash('sha256').update(worktreePath).digest('hex').slice(0, 32));
}

/** @param settings of `git config -z --get-regexp`: `key LF value NUL …`, a key without value has no LF */
function configText(format: string, settings: string): string {
  const lines = [
    '[core]',
    '\tbare = false',
    '\tautocrlf = false',
    '\tsafecrlf = false',
    '\tsplitIndex = false',
  ];
  lines.push(`\trepositoryformatversion = ${format === 'sha1' ? 0 : 1}`);
  for (const record of settings.split('\0')) {
    if (record === '') continue;
    const end = record.indexOf('\n');
    const key = (end < 0 ? record : record.slice(0, end)).slice('core.'.length);
    const value = end < 0 ? 'true' : record.slice(end + 1);
    lines.push(`\t${key} = ${quoted(value)}`);
  }
  if (format !== 'sha1') lines.push('[extensions]', `\tobjectFormat = ${format}`);
  return `${lines.join('\n')}\n`;
}

function quoted(value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${escaped}"`;
}
