import { access } from './access.ts';
import { agents } from './agents.ts';
import { board } from './board.ts';
import { changes } from './changes.ts';
import { checkpoints } from './checkpoints.ts';
import { common, marks, time } from './common.ts';
import { composer } from './composer.ts';
import { frame } from './frame.ts';
import { holds } from './holds.ts';
import { imports } from './imports.ts';
import { mcp } from './mcp.ts';
import { notifications } from './notifications.ts';
import { palette } from './palette.ts';
import { policies } from './policies.ts';
import { questions } from './questions.ts';
import { scripts } from './scripts.ts';
import { review } from './review.ts';
import { session } from './session.ts';
import { settings } from './settings.ts';
import { tasks } from './tasks.ts';
import { transcript } from './transcript.ts';
import { usage } from './usage.ts';

/**
 * Every word the page says, one file a feature. Components take their text from here and nowhere else, so that another
 * language is another catalogue of the same shape.
 */
export const words = {
  access,
  agents,
  board,
  changes,
  checkpoints,
  common,
  composer,
  frame,
  marks,
  holds,
  imports,
  mcp,
  notifications,
  palette,
  policies,
  questions,
  scripts,
  review,
  session,
  settings,
  tasks,
  time,
  transcript,
  usage,
};
