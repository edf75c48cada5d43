import type { QuestionField } from '@pilotlight/protocol';
import { useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '../../ui/button.tsx';
import { announce } from '../../ui/announce.ts';
import * as words from '../../words/index.ts';
import {
  answersOf,
  initialValues,
  NOTHING_ENTERED,
  press,
  problemsOf,
  type Entered,
  type FormValues,
} from './answers.ts';
import { FormField } from './form-field.tsx';
import type { AnswerProps } from './open-question.tsx';
import { useQuestionKeys } from './question-keys.ts';

/** Several questions, or one that wants more than a press: choices, texts, and what is required. */
export function QuestionForm({ permission, isSending, send, root, takesAllKeys }: AnswerProps) {
  const { fields } = permission;
  const [values, setValues] = useState<FormValues>(() => initialValues(fields));
  const [isChecked, setChecked] = useState(false);
  const [focused, setFocused] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const problems = isChecked ? problemsOf(fields, values) : null;
  const change = (field: QuestionField, entered: Entered): void =>
    setValues((before) => ({ ...before, [field.id]: entered }));

  // The digits choose in the field that has the focus, else in the first one without an answer.
  const answered = answersOf(fields, values);
  const keyed =
    fields.find(({ id }) => id === focused) ??
    fields.find(({ id, choices }) => choices.length > 0 && answered[id] === undefined);
  useQuestionKeys(
    root,
    (index) => {
      const choice = keyed?.choices[index];
      if (keyed === undefined || choice === undefined) return false;
      change(keyed, press(keyed, values[keyed.id] ?? NOTHING_ENTERED, choice.value));
      return true;
    },
    takesAllKeys,
  );

  const submit = (): void => {
    const open = [...problemsOf(fields, values).keys()];
    setChecked(true);
    if (open.length === 0) return send({ answers: answersOf(fields, values) });
    announce(words.questions.missing(open.length));
    const first = form.current?.querySelector(`[data-field="${CSS.escape(open[0] ?? '')}"]`);
    first?.querySelector<HTMLElement>('input, textarea')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  };

  return (
    <form
      ref={form}
      noValidate
      onFocus={({ target }) => setFocused(target.closest('[data-field]')?.getAttribute('data-field') ?? null)}
      onBlur={() => setFocused(null)}
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="flex flex-col gap-4"
    >
      {fields.map((field) => (
        <FormField
          key={field.id}
          field={field}
          entered={values[field.id] ?? NOTHING_ENTERED}
          hasKeys={field === keyed}
          problem={problems?.get(field.id) ?? null}
          onChange={(entered) => change(field, entered)}
        />
      ))}
      <div className="flex items-center gap-2">
        <Button type="submit" look="primary" disabled={isSending}>
          {fields.length === 0
            ? words.questions.pageDone
            : fields.length === 1
              ? words.questions.submitOne
              : words.questions.submit}
        </Button>
        <Button look="quiet" disabled={isSending} onClick={() => send({ declined: true })}>
          {words.questions.decline}
        </Button>
      </div>
    </form>
  );
}
