/**
 * Every word the page says, one file a feature. Components take their text from here and nowhere else, so that another
 * language is another catalogue of the same shape. They import it whole (`import * as words`), and what a place does not use
 * does not come with it.
 */
export { access } from './access.ts';
export { agents } from './agents.ts';
export { board } from './board.ts';
export { changes } from './changes.ts';
export { checkpoints } from './checkpoints.ts';
export { common, marks, time } from './common.ts';
export { composer } from './composer.ts';
export { frame } from './frame.ts';
export { holds } from './holds.ts';
export { imports } from './imports.ts';
export { mcp } from './mcp.ts';
export { notifications } from './notifications.ts';
export { palette } from './palette.ts';
export { policies } from './policies.ts';
export { questions } from './questions.ts';
export { scripts } from './scripts.ts';
export { review } from './review.ts';
export { session } from './session.ts';
export { settings } from './settings.ts';
export { tasks } from './tasks.ts';
export { transcript } from './transcript.ts';
export { usage } from './usage.ts';
