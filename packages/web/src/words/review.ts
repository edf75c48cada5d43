import type { Conflicts, DiffFileKind, ReviewKind } from '@pilotlight/protocol';
import type { DiffLine } from '../ui/code/diff-rows.ts';

const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

interface ActionWords {
  /** of the dialog that says what it will do */
  title: string;
  run: string;
  running: string;
  /** in the menu; `with`: the base branch, the remote or the program */
  menu(with_: string): string;
}

const action = (title: string, run: string, running: string, menu = () => title): ActionWords => ({
  title,
  run,
  running,
  menu,
});
const orBase = (name: string) => (name === '' ? 'the base branch' : name);

export const review = {
  title: 'Review',
  open: 'Review the changes',
  leave: 'Back to the chat',
  expand: 'Review in the full width',
  group: 'Review',

  scope: {
    label: 'Which changes',
    session: 'Session',
    turn: 'Turn',
    uncommitted: 'Uncommitted',
    pickTurn: 'Choose a turn',
    findTurn: 'Find a turn',
    noTurn: 'No turn matches.',
    earlierTurn: 'An earlier turn',
  },
  ago: (time: string) => (time === 'now' ? 'just now' : `${time} ago`),
  look: {
    label: 'How changes are shown',
    tree: 'Folders as a tree',
    split: 'Side by side',
    wrap: 'Wrap long lines',
    ignoreSpace: 'Ignore changes of white space',
  },

  filter: 'Filter files',
  noMatch: 'No changed file matches.',
  resizeList: 'Width of the list of files',
  moved: (from: string, to: string) => `${from} → ${to}`,
  kinds: { text: '', binary: 'binary', symlink: 'link', repository: 'repository' } satisfies Record<
    DiffFileKind,
    string
  >,
  viewed: 'Viewed',
  viewedOf: (viewed: number, all: number) =>
    `${viewed.toLocaleString('en')} of ${all.toLocaleString('en')} viewed`,
  openFile: 'Open the whole file',
  choose: 'Choose a file to see what changed in it.',
  notChanged: (path: string) => `${path} is not among these changes.`,
  nothing: {
    uncommitted: 'Everything is committed. What the agent changes from here on appears here.',
    turn: 'This turn changed no files.',
    turnNotKept: 'The files were not kept as they were around this turn, so what it changed is not known.',
  },

  noLines: {
    binary: (size: string | null, isImage: boolean) =>
      `${isImage ? 'An image' : 'A binary file'}${size === null ? '' : ` of ${size}`}: there is no text to compare.`,
    repository: 'A repository inside this one: only the commit it is at is compared.',
    large: 'This file is too large to compare here: open it in your editor.',
    conflict: 'There are no lines to show.',
    onlyMoved: (from: string) => `Moved from ${from}; no line differs.`,
  },
  images: {
    label: (path: string) => `${path} as pictures`,
    before: 'Before',
    after: 'After',
    added: 'Added',
    deleted: 'Deleted',
    alt: (side: string, path: string) => `${path}, ${side.toLowerCase()}`,
    size: (width: number, height: number) => `${width.toLocaleString('en')} × ${height.toLocaleString('en')}`,
    notShown: 'This side is no image that can be shown here.',
  },
  mode: (before: string, after: string) => `The mode of the file changed from ${before} to ${after}.`,
  truncated: 'The change of this file is larger than 2 MB: only its beginning is shown.',

  linesAbout:
    'Arrows move over the lines, Shift with arrows chooses several, C writes a note, J and K go to the next and the previous change, Left and Right move lines that do not wrap, S stages and X discards it.',
  spokenLine: ({ kind, oldLine, newLine, text }: DiffLine) =>
    `${{ same: 'Line', added: 'Added line', removed: 'Removed line' }[kind]} ${newLine ?? oldLine}: ${text.trim() === '' ? 'blank' : text}`,
  write: (line: number) => `Write a note on line ${line}`,
  gapToEnd: 'Unchanged lines to the end',
  hunk: (from: number, to: number) => (from === to ? `Line ${from}` : `Lines ${from}–${to}`),

  notePlaceholder: 'What should be different here?',
  noteOn: (path: string, lines: string) => `Note on ${path}, ${lines}`,
  lines: (from: number, to: number) => (from === to ? `line ${from}` : `lines ${from}–${to}`),
  notes: (n: number) => count(n, 'note'),
  notesButton: 'Notes',
  add: 'Add note',
  edit: 'Edit note',
  remove: 'Delete note',
  outdated: 'Outdated',
  outdatedWhy: 'These lines have changed since the note was written. The lines it is about go with it.',
  sent: 'Sent',
  gathered: 'Notes for the agent',
  noNotes:
    'Press a line’s number, or C on a line, to write a note on it. Notes are gathered here and sent as one prompt.',
  sentNotes: (n: number) => `${count(n, 'note')} sent`,
  sayBefore: 'Say something before the notes (optional)',
  sendWhere: 'Chat the notes go to',
  send: 'Send',
  sendTo: (chat: string) => `Send to “${chat}”`,
  sentTo: (what: string, chat: string) => `Sent ${what} to “${chat}”`,

  staged: (n: number) => `Staged (${n.toLocaleString('en')})`,
  unstaged: (n: number) => `Not staged (${n.toLocaleString('en')})`,
  stage: 'Stage',
  unstage: 'Unstage',
  discard: 'Discard',
  stageAll: 'Stage all',
  unstageAll: 'Unstage all',
  stageFile: (path: string) => `Stage ${path}`,
  unstageFile: (path: string) => `Unstage ${path}`,
  fileActions: { stage: 'Stage this file', unstage: 'Unstage this file', discard: 'Discard this file' },
  hunkActions: { stage: 'Stage this change', unstage: 'Unstage this change', discard: 'Discard this change' },
  did: { stage: (what: string) => `Staged ${what}`, unstage: (what: string) => `Unstaged ${what}` },
  whyWorking: 'A turn runs in this worktree. Wait for its end, or stop it.',
  whyWhole: 'Show changes of white space to stage or discard a part of the file.',

  commitBox: 'Commit',
  message: 'Message of the commit',
  draft: 'Draft',
  draftMessage: 'Draft with the agent',
  drafting: 'The agent writes a message:',
  stopDrafting: 'Stop',
  commitAll: (n: number) => (n === 0 ? 'Commit…' : `Commit ${count(n, 'file')}…`),
  commitStaged: (n: number) => `Commit ${count(n, 'staged file')}…`,
  whyNothing: 'There is nothing to commit.',
  whyNoMessage: 'Write a message first.',

  branchMenu: 'Branch',
  disabled: (what: string, why: string) => `${what}: ${why}`,
  whyInPlace: 'the session works in the project’s own folder',
  whyNoBase: 'no base branch is known',
  whyNoCommits: 'there are no commits',
  whyNoRemote: 'the repository has no remote',
  whyNoForge: 'needs gh or glab on the server',
  actions: {
    discard: action('Discard changes?', 'Discard', 'Discarding'),
    commit: action('Commit', 'Commit', 'Committing'),
    rebase: {
      ...action('Rebase the session', 'Rebase', 'Rebasing'),
      menu: (base: string) => `Rebase onto ${orBase(base)}…`,
    },
    merge_base: {
      ...action('Update from the base branch', 'Merge', 'Merging'),
      menu: (base: string) => `Merge ${orBase(base)} into this session…`,
    },
    merge: {
      ...action('Merge the session', 'Merge', 'Merging'),
      menu: (base: string) => `Merge into ${orBase(base)}…`,
    },
    push: {
      ...action('Push the branch', 'Push', 'Pushing'),
      menu: (remote: string) => (remote === '' ? 'Push…' : `Push to ${remote}…`),
    },
    pull_request: {
      ...action('Open a pull request', 'Open', 'Opening'),
      menu: (forge: string) => (forge === '' ? 'Open a pull request…' : `Open a pull request with ${forge}…`),
    },
    continue: action('Go on', 'Go on', 'Going on'),
    abort: action('Take it back?', 'Take back', 'Taking back'),
  } satisfies Record<ReviewKind, ActionWords>,
  fields: {
    title: 'Title',
    body: 'Description',
    draft: 'As a draft',
    force: 'Replace what the remote has, if nobody else pushed since',
  },
  planning: 'Looking at what it will do',
  willDo: 'What it will do',
  commits: (n: number) => count(n, 'commit'),
  willConflict: (n: number) => `${count(n, 'file')} will be in conflict`,
  more: (n: number) => `and ${n.toLocaleString('en')} more`,
  undo: 'Undo',
  openLink: 'Open it',

  conflicts: {
    title: 'Conflicts',
    files: 'Files in conflict',
    operations: {
      rebase: 'rebase',
      merge: 'merge',
      cherry_pick: 'cherry-pick',
      revert: 'revert',
    } satisfies Record<NonNullable<Conflicts['operation']>, string>,
    stopped: (operation: string, files: number) =>
      `The ${operation} stopped: ${count(files, 'file')} in conflict`,
    resolved: (operation: string) => `The ${operation} can go on: no file is in conflict`,
    left: (files: number) => `${count(files, 'file')} in conflict`,
    named: (ours: string, theirs: string) => `“Ours” is ${ours}, “theirs” is ${theirs}.`,
    unnamed: { ours: 'our side', theirs: 'the other side' },
    sides: {
      both: 'changed on both sides',
      added: 'added on both sides',
      changedIn: (side: string, other: string) => `changed in ${side}, deleted in ${other}`,
      onlyIn: (side: string) => `only in ${side}`,
      gone: 'moved or deleted on both sides',
    },
    between: (ours: string, theirs: string) => `${ours} and ${theirs} changed the same lines.`,
    sentence: (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`,
    places: (lines: readonly number[]) =>
      lines.length === 0
        ? 'No conflict markers are left: mark it as resolved when it is as it should be.'
        : `${count(lines.length, 'conflict')} left, at ${atLines(lines)}.`,
    toGo: (places: number) => `${count(places, 'conflict')} left`,
    notThere: 'It is not on the disk: marking it as resolved leaves it deleted.',
    look: 'Put the content that you want in its place, and mark it as resolved.',
    beforeBoth: 'before both',
    mark: 'Mark as resolved',
    markFile: (path: string) => `Mark as resolved: ${path}`,
    unmarkFile: (path: string) => `${path} is not resolved after all`,
    isResolved: 'resolved',
    marked: (path: string) => `Marked ${path} as resolved`,
    unmarked: (path: string) => `${path} is in conflict again`,
    markersTitle: 'Mark it with its conflict markers?',
    markersLeft: (path: string, lines: readonly number[]) =>
      `${path} still has conflict markers at ${atLines(lines)}. They would be committed as they are.`,
    markAnyway: 'Mark anyway',
    whyOpen: 'Mark every file as resolved first.',
    whyUnderWay: (operation: string) => `A ${operation} is under way: go on with it, or take it back.`,
    hand: 'Hand to the agent',
    handed: (chat: string) => `The agent of “${chat}” was asked to resolve them`,
    goOn: 'Go on…',
    abort: 'Take it back…',
  },

  sharedMark: '⇄',
  shared: (chats: readonly string[]) =>
    `Written by several chats at the same time: ${chats.map((chat) => `“${chat}”`).join(', ')}`,

  commands: {
    nextFile: 'Go to the next changed file',
    previousFile: 'Go to the previous changed file',
    nextHunk: 'Go to the next change',
    previousHunk: 'Go to the previous change',
    viewed: 'Mark this file as viewed and go on',
    filter: 'Filter the changed files',
  },
};

function atLines(lines: readonly number[]): string {
  const some = lines.slice(0, 5).join(', ');
  return `${lines.length === 1 ? 'line' : 'lines'} ${some}${lines.length > 5 ? ', …' : ''}`;
}
