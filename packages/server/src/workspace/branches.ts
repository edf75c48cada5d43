import { gitOk } from './git.ts';
import { readBranch } from './repository.ts';

/** The newest that are listed; a repository may have tens of thousands. */
const MOST_BRANCHES = 1000;

export interface BranchEntry {
  /** as git takes it without doubt: `main`, `origin/main`, `heads/v1` beside a tag `v1` */
  name: string;
  /** true: where a remote's branch was when it was last fetched */
  remote: boolean;
  commit: string;
  /** epoch ms */
  committedAt: number;
  /** in some worktree of the repository */
  checkedOut: boolean;
}

export interface BranchListing {
  /** the branch HEAD is on; null: detached */
  head: string | null;
  /** newest commit first */
  branches: BranchEntry[];
  truncated: boolean;
}

const FIELDS = [
  '%(refname)',
  '%(refname:short)',
  '%(objectname)',
  '%(committerdate:unix)',
  '%(if)%(worktreepath)%(then)yes%(end)',
  '%(symref)',
];

/**
 * The branches of a repository and of its remotes, as they were last fetched.
 * @throws PilotlightError `git_failed`
 */
export async function listBranches(cwd: string): Promise<BranchListing> {
  const args = [
    'for-each-ref',
    '--sort=-committerdate',
    `--count=${MOST_BRANCHES + 1}`,
    `--format=${FIELDS.join('%09')}`,
    'refs/heads',
    'refs/remotes',
  ];
  const [head, { stdout }] = await Promise.all([readBranch(cwd), gitOk(args, { cwd })]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return {
    head,
    branches: lines.slice(0, MOST_BRANCHES).flatMap(parseLine),
    truncated: lines.length > MOST_BRANCHES,
  };
}

function parseLine(line: string): BranchEntry[] {
  const [ref = '', name = '', commit = '', time = '', checkedOut = '', target = ''] = line.split('\t');
  // `origin/HEAD` is another name of a branch that is listed too.
  if (target !== '') return [];
  return [
    {
      name,
      remote: ref.startsWith('refs/remotes/'),
      commit,
      committedAt: Number(time) * 1000,
      checkedOut: checkedOut !== '',
    },
  ];
}
