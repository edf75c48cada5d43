import type { QuestionField } from '@pilotlight/protocol';
import { useId } from 'react';
import { cx } from '../../ui/class-names.ts';
import * as words from '../../words/index.ts';
import { press, write, type Entered } from './answers.ts';
import { ChoiceText, ROW } from './choice-row.tsx';
import { visibleText } from './visible-text.ts';

export interface FormFieldProps {
  field: QuestionField;
  entered: Entered;
  /** the digits choose in it now */
  hasKeys: boolean;
  /** what is wrong with its answer, once it was to be sent */
  problem: string | null;
  onChange(entered: Entered): void;
}

/** One question of a form. */
export function FormField({ field, entered, hasKeys, problem, onChange }: FormFieldProps) {
  const { id, title, question, choices, multiple, custom, required, type = 'text', limits } = field;
  const name = useId();
  const error = `${name}-error`;
  const hasChoices = choices.length > 0;
  const described = problem !== null ? { 'aria-describedby': error, 'aria-invalid': true } : {};
  return (
    <fieldset data-field={id} className="flex min-w-0 flex-col gap-1.5">
      <legend className="contents">
        <span className="font-medium">
          {visibleText(title)}
          {required ? null : <span className="font-normal text-ink-3"> {words.questions.optional}</span>}
        </span>
      </legend>
      {question === title || question === '' ? null : (
        <p className="-mt-1 whitespace-pre-wrap text-ink-2">{visibleText(question)}</p>
      )}
      {multiple ? <p className="text-small text-ink-3">{words.questions.several}</p> : null}
      {choices.map((choice, index) => {
        const isPicked = entered.picked.includes(choice.value);
        return (
          <label key={choice.value} className={cx(ROW, isPicked && 'border-flame! bg-flame-wash!')}>
            <ChoiceText choice={choice} shortcut={hasKeys ? index + 1 : undefined}>
              <input
                type={multiple ? 'checkbox' : 'radio'}
                name={name}
                checked={isPicked}
                onChange={() => onChange(press(field, entered, choice.value))}
                className="size-4 shrink-0 accent-flame"
                {...described}
              />
            </ChoiceText>
          </label>
        );
      })}
      {custom || !hasChoices ? (
        <textarea
          rows={1}
          value={entered.written}
          inputMode={type === 'integer' ? 'numeric' : type === 'number' ? 'decimal' : 'text'}
          aria-label={hasChoices ? words.questions.other : title}
          placeholder={hasChoices ? words.questions.otherHint : words.questions.write(type, limits)}
          onChange={(event) => onChange(write(field, entered, event.target.value))}
          className={cx(
            'field-sizing-content max-h-40 min-h-8 resize-none rounded-md border bg-base px-2 py-1 outline-none focus:border-ink-3 pointer-coarse:min-h-11 pointer-coarse:text-title',
            problem === null ? 'border-line-strong' : 'border-bad',
          )}
          {...described}
        />
      ) : null}
      {problem === null ? null : (
        <p id={error} className="text-small text-bad">
          {words.questions.problem(visibleText(problem))}
        </p>
      )}
    </fieldset>
  );
}
