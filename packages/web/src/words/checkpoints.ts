const count = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

const day = (at: number) => new Date(at).toLocaleDateString('en', { day: 'numeric', month: 'short' });

export const checkpoints = {
  menu: 'Undo, restore or fork this turn',
  items: {
    undo: 'Undo this turn…',
    restore_before: 'Restore files to before this turn…',
    restore_after: 'Restore files to after this turn…',
    fork: 'Fork from here…',
  },
  asks: {
    undo: {
      title: 'Undo this turn?',
      about: 'Takes back what this turn changed. What was changed after it stays, and so does the chat.',
      run: 'Undo turn',
    },
    restore_before: {
      title: 'Restore files to before this turn?',
      about:
        'All files of the worktree become what they were before this turn, also those that were changed after it. The chat, commits and what is staged stay.',
      run: 'Restore files',
    },
    restore_after: {
      title: 'Restore files to after this turn?',
      about:
        'All files of the worktree become what they were when this turn ended, also those that were changed after it. The chat, commits and what is staged stay.',
      run: 'Restore files',
    },
  },
  looking: 'Looking which files would change…',
  nothing: 'Nothing to put back: no file would change.',
  willChange: (n: number) => (n === 1 ? '1 file changes' : `${n.toLocaleString('en')} files change`),
  willStay: (n: number) => `${count(n, 'file')} left as ${n === 1 ? 'it is' : 'they are'}`,
  changes: { added: 'comes back', modified: 'as it was', deleted: 'is deleted' },
  why: {
    changed_since: 'changed since',
    repository: 'a repository of its own',
    too_large: 'too large to be kept',
    unreadable: 'cannot be read',
  },
  overwrite: 'Overwrite the files that were changed since, too',
  keptFirst: 'The present state is kept first, so this can be undone.',
  notKept: {
    before: 'The files as they were before this turn were not kept, or are no longer kept.',
    after: 'The files as they were after this turn were not kept, or are no longer kept.',
  },
  done: (changed: number, left: number) =>
    changed === 0
      ? 'Nothing was changed.'
      : `Put back ${count(changed, 'file')}.${left === 0 ? '' : ` Left ${left.toLocaleString('en')} as ${left === 1 ? 'it is' : 'they are'}.`}`,
  undo: 'Undo',
  undone: (n: number) => `${count(n, 'file')} as before.`,
  fork: {
    title: 'Fork from here?',
    about:
      'A new session goes on from the end of this turn: the files as they were then, on a branch of its own, and the chat up to here.',
    stays: 'This session stays as it is.',
    name: 'Title',
    namePlaceholder: 'Named after this session',
    run: 'Fork',
    running: 'Forking…',
    done: (branch: string | null) =>
      branch === null ? 'You are in the fork.' : `You are in the fork, on branch ${branch}.`,
  },
  ignored: {
    open: 'Ignored files…',
    command: 'Ignored files in kept states',
    title: 'Ignored files in kept states',
    about:
      'The state of a worktree is kept around each turn, and when its session is deleted, so that it can come back. What git ignores is left out, unless you say otherwise.',
    session: 'Keep them in this session',
    project: (name: string) => `Keep them in all sessions of ${name}`,
    inherited: 'It is kept in all sessions of the project.',
    consequences: [
      'Secrets such as .env become objects of the repository, under hidden refs. Whoever can read the repository can read them. No push of Pilotlight sends them, nor a plain git push; git push --mirror does.',
      'Dependencies and build output take room there and make each turn’s state slower to keep. Files over 64 MiB stay out.',
      'They count as changes of a turn and of its session.',
      'When you turn it off, what was kept stays until it is given up, after 30 days at the latest.',
    ],
  },
  removed: {
    title: 'Deleted sessions',
    about: 'Kept for 30 days, with everything that was said and the files as they were.',
    none: 'Nothing was deleted in the last 30 days.',
    when: (at: number, until: number) => `Deleted ${day(at)}, kept until ${day(until)}`,
    bringBack: 'Bring back',
    bringBackThis: (title: string) => `Bring back “${title}”`,
    isBack: (title: string, branch: string | null) =>
      branch === null ? `“${title}” is back.` : `“${title}” is back, on branch ${branch}.`,
    open: 'Open',
  },
};
