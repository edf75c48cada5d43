import { PilotlightError, type AnswerPermission, type Permission } from '@pilotlight/protocol';
import { server } from '../../live/server.ts';
import { announce } from '../../ui/announce.ts';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { answeredBy, outcomeOf } from './outcome.ts';

/**
 * Answers as the page. False when the question is still open; when somebody else was faster, what they answered is said.
 */
export async function answerQuestion(permission: Permission, answer: AnswerPermission): Promise<boolean> {
  try {
    say(await server.answerPermission(permission.id, { ...answer, by: 'page' }), announce);
    return true;
  } catch (error) {
    if (!(error instanceof PilotlightError) || error.code !== 'permission_answered') {
      showError(error);
      return false;
    }
    const answered = await server.getPermission(permission.id).catch(() => null);
    if (answered === null) toast(words.questions.notFirst);
    else say(answered, (outcome) => toast(words.questions.notFirstOutcome(outcome)));
    return true;
  }
}

function say(permission: Permission, tell: (text: string) => void): void {
  const { verdict, detail } = outcomeOf(permission);
  const who = answeredBy(permission);
  tell(`${verdict}${who === null ? '' : ` ${who}`}${detail === null ? '' : `: ${detail}`}`);
}
