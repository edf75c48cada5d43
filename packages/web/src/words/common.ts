import type { Mark } from '../live/groups.ts';

export const common = {
  product: 'Pilotlight',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  retry: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  loading: 'Loading',
  /** between the presses of a shortcut: G then B */
  thenPress: 'then',
  place: {
    noCode:
      'The code of this place could not be loaded: the server does not answer, or was updated meanwhile.',
    failed: (message: string) => `This place could not be shown: ${message}`,
    nothing: 'There is nothing at this address.',
    reload: 'Load the page again',
    toBoard: 'Go to the board',
  },
  changed: (additions: number, deletions: number) => `${additions} lines added, ${deletions} removed`,
};

export const marks: Record<Mark, string> = {
  question: 'Needs your answer',
  held: 'Held back',
  failed: 'Failed',
  review: 'Ready for review',
  done: 'Done',
  running: 'Running',
  queued: 'Queued',
  idle: 'Idle',
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** All take milliseconds. */
export const time = {
  ago(ms: number): string {
    if (ms < MINUTE) return 'now';
    if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
    if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
    return `${Math.floor(ms / DAY)} d`;
  },
  /** of something that goes on, in whole seconds */
  duration(ms: number): string {
    const seconds = Math.max(0, Math.floor(ms / SECOND));
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  },
  /** of something that ended: tenths below ten seconds */
  took(ms: number): string {
    if (ms < 10 * SECOND) return `${(Math.max(0, ms) / SECOND).toFixed(1)} s`;
    return time.duration(ms);
  },
};
