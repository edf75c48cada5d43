import { useCommands } from '../../app/commands.ts';
import { router } from '../../app/router.tsx';
import { currentIndex } from '../../live/index-store.ts';
import { openQuestions } from '../../live/groups.ts';
import { toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { goToQuestion } from './go-to-question.ts';

/** Offers the commands that lead to what waits, from every place. */
export function QuestionCommands() {
  const { group, commandTitles, noneOpen } = words.questions;
  useCommands([
    {
      id: 'questions.answer',
      title: commandTitles.answer,
      group,
      keys: 'g a',
      run: () => void router.navigate({ to: '/inbox' }),
    },
    {
      id: 'questions.go',
      title: commandTitles.go,
      group,
      keys: 'g q',
      run() {
        const next = openQuestions(currentIndex())[0];
        if (next === undefined) toast(noneOpen);
        else goToQuestion(router.navigate, next);
      },
    },
  ]);
  return null;
}
