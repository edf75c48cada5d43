import type { NotificationChoice } from './choice.ts';
import type { Happening } from './what-happened.ts';

/** What this window shows now. */
export interface View {
  isHidden: boolean;
  hasFocus: boolean;
  /** path of the place, for example `/sessions/ses_1` */
  path: string;
}

/** The session is in front of the user in this window: nothing needs to be said, by no window. */
export function isInView({ isHidden, path }: View, { sessionId }: Pick<Happening, 'sessionId'>): boolean {
  return !isHidden && path === `/sessions/${sessionId}`;
}

/**
 * Whether to say it from this window. Where the board or the inbox is in front and used, what happens is seen there.
 */
export function shouldTell(
  view: View,
  choice: Pick<NotificationChoice, 'needsYou' | 'done'>,
  happening: Happening,
): boolean {
  if (!(happening.kind === 'done' ? choice.done : choice.needsYou)) return false;
  if (happening.isSeen || isInView(view, happening)) return false;
  const isOverview = view.path === '/' || view.path === '/inbox';
  return view.isHidden || !view.hasFocus || !isOverview;
}
