import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { ChoiceText, ROW } from './choice-row.tsx';
import type { AnswerProps } from './open-question.tsx';
import { useQuestionKeys } from './question-keys.ts';
import { visibleText } from './visible-text.ts';

/** A question that one press answers. */
export function OneChoice({ permission, isSending, send, root, takesAllKeys }: AnswerProps) {
  const [written, setWritten] = useState('');
  const field = permission.fields[0];
  const choices = field?.choices ?? [];
  const answer = (value: string): void => send({ answers: { [field?.id ?? '']: [value] } });
  useQuestionKeys(
    root,
    (index) => {
      const choice = choices[index];
      if (choice === undefined) return false;
      answer(choice.value);
      return true;
    },
    takesAllKeys,
  );
  if (field === undefined) return null;
  return (
    <>
      <p className="text-read whitespace-pre-wrap">{visibleText(field.question)}</p>
      <div role="group" aria-label={words.questions.options} className="flex flex-col gap-1.5">
        {choices.map((choice, index) => (
          <button
            key={choice.value}
            type="button"
            disabled={isSending}
            aria-keyshortcuts={index < 9 ? String(index + 1) : undefined}
            onClick={() => answer(choice.value)}
            className={ROW}
          >
            <ChoiceText choice={choice} shortcut={index + 1} />
          </button>
        ))}
      </div>
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (written.trim() !== '') answer(written.trim());
        }}
      >
        {field.custom ? (
          <>
            <input
              value={written}
              aria-label={words.questions.other}
              placeholder={words.questions.otherHint}
              onChange={(event) => setWritten(event.target.value)}
              className="h-8 min-w-40 flex-1 rounded-md border border-line-strong bg-base px-2 outline-none focus:border-ink-3 pointer-coarse:h-11 pointer-coarse:text-title"
            />
            <Button type="submit" disabled={isSending || written.trim() === ''}>
              {words.questions.submitOne}
            </Button>
          </>
        ) : null}
        <Button look="quiet" disabled={isSending} onClick={() => send({ declined: true })}>
          {words.questions.decline}
        </Button>
      </form>
    </>
  );
}
