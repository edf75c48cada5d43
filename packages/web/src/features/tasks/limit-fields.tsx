import { PolicyMode, type TaskPriority } from '@pilotlight/protocol';
import { cx } from '../../ui/class-names.ts';
import { Segments } from '../../ui/segments.tsx';
import * as words from '../../words/index.ts';
import { FIELD } from '../mcp/field.ts';
import { Choice, Labelled } from './labelled.tsx';
import type { TaskDraft } from './task-draft.ts';

const text = words.tasks.form;
const PRIORITIES: TaskPriority[] = ['low', 'normal', 'high'];

interface FieldsProps {
  draft: TaskDraft;
  onChange(changes: Partial<TaskDraft>): void;
}

/** Within what a task may run. */
export function LimitFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <div className="flex flex-wrap gap-3">
        <Choice label={words.tasks.priority}>
          <Segments
            label={words.tasks.priority}
            value={draft.priority}
            options={PRIORITIES.map((value) => ({ value, label: words.tasks.priorities[value] }))}
            onChange={(priority) => onChange({ priority })}
          />
        </Choice>
        <Labelled label={text.mode}>
          <select
            value={draft.mode ?? ''}
            onChange={({ target }) => onChange({ mode: PolicyMode.safeParse(target.value).data ?? null })}
            className={FIELD}
          >
            <option value="">{text.modeOfProject}</option>
            {PolicyMode.options.map((mode) => (
              <option key={mode} value={mode}>
                {words.policies.modes[mode].name}
              </option>
            ))}
          </select>
        </Labelled>
      </div>
      <div className="grid grid-cols-2 gap-3 phone:grid-cols-4">
        <Labelled label={text.timeLimit}>
          <Figure
            value={draft.minutes}
            placeholder={text.noLimit}
            onChange={(minutes) => onChange({ minutes })}
          />
        </Labelled>
        <MoneyField draft={draft} onChange={onChange} />
        <Labelled label={text.tokens}>
          <Figure
            value={draft.tokens}
            placeholder={text.noLimit}
            isWhole
            onChange={(tokens) => onChange({ tokens })}
          />
        </Labelled>
        <Labelled label={text.retries}>
          <Figure
            value={draft.retries}
            placeholder="3"
            isWhole
            max={10}
            onChange={(retries) => onChange({ retries })}
          />
        </Labelled>
      </div>
    </>
  );
}

/** An amount, and the currency it is of: an agent tells its cost in one, and only that counts. */
function MoneyField({ draft, onChange }: FieldsProps) {
  return (
    <Choice label={text.budget}>
      <span className="flex w-full">
        <Figure
          label={text.budget}
          value={draft.budget}
          placeholder={text.noLimit}
          className="min-w-0 flex-1 rounded-r-none"
          onChange={(budget) => onChange({ budget })}
        />
        <input
          aria-label={text.currency}
          value={draft.currency}
          pattern="[A-Za-z]{3}"
          title={text.currencyHint}
          maxLength={3}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange({ currency: target.value })}
          className={cx(FIELD, 'w-14 rounded-l-none border-l-0 text-ink-2 uppercase')}
        />
      </span>
    </Choice>
  );
}

/** Who is told when it has ended. `isSigned`: a secret is kept already. */
export function WebhookFields({ draft, isSigned, onChange }: FieldsProps & { isSigned: boolean }) {
  return (
    <>
      <Labelled label={text.webhook}>
        <input
          type="url"
          value={draft.webhookUrl}
          placeholder={text.webhookHint}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange({ webhookUrl: target.value })}
          className={FIELD}
        />
      </Labelled>
      {draft.webhookUrl.trim() === '' ? null : (
        <Labelled label={text.webhookSecret}>
          <input
            type="password"
            value={draft.webhookSecret}
            minLength={8}
            placeholder={isSigned ? text.webhookSecretKept : text.webhookSecretHint}
            autoComplete="off"
            onChange={({ target }) => onChange({ webhookSecret: target.value })}
            className={FIELD}
          />
        </Labelled>
      )}
    </>
  );
}

interface FigureProps {
  value: string;
  placeholder: string;
  /** where no label stands around it */
  label?: string;
  isWhole?: boolean;
  max?: number;
  className?: string;
  onChange(value: string): void;
}

function Figure({ value, placeholder, label, isWhole = false, max, className, onChange }: FigureProps) {
  return (
    <input
      type="number"
      min="0"
      max={max}
      step={isWhole ? 1 : 'any'}
      inputMode={isWhole ? 'numeric' : 'decimal'}
      value={value}
      placeholder={placeholder}
      aria-label={label}
      onChange={({ target }) => onChange(target.value)}
      className={cx(FIELD, 'tabular-nums', className)}
    />
  );
}
