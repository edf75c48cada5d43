import type { LeftOut } from '@pilotlight/protocol';
import type { Shadow } from './shadow.ts';

/** Something of which a checkpoint does not hold what was there, so that no restore may touch it. */
export interface NotHeld {
  path: string;
  why: 'too_large' | 'unreadable' | 'repository';
}

const MARK = 'Not held: ';

/** Of the others, which were written to meanwhile, a state is held. */
export function notHeld(leftOut: readonly LeftOut[]): NotHeld[] {
  return leftOut.filter((one): one is NotHeld => one.why !== 'changing' && one.why !== 'overtaken');
}

/** What a checkpoint's commit says of itself: also what it does not hold, in full, however much that is. */
export function messageWith(subject: string, leftOut: readonly LeftOut[]): string {
  const lines = notHeld(leftOut).map(({ path, why }) => `${MARK}${JSON.stringify({ path, why })}\n`);
  return lines.length === 0 ? `${subject}\n` : `${subject}\n\n${lines.join('')}`;
}

/** What the commit of a checkpoint does not hold. @throws PilotlightError `git_failed` */
export async function readNotHeld(shadow: Shadow, commit: string): Promise<NotHeld[]> {
  const { stdout } = await shadow.gitOk(['log', '-1', '--format=%B', commit]);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith(MARK))
    .map((line) => JSON.parse(line.slice(MARK.length)) as NotHeld);
}
