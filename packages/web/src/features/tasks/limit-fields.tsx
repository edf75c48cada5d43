import { PolicyMode, type TaskPriority } from '@pilotlight/protocol';
import { Segments } from '../../ui/segments.tsx';
import { words } from '../../words/index.ts';
import { FIELD } from '../mcp/field.ts';
import { Labelled } from './labelled.tsx';
import type { TaskDraft } from './task-draft.ts';

const text = words.tasks.form;
const PRIORITIES: TaskPriority[] = ['low', 'normal', 'high'];

export interface LimitFieldsProps {
  draft: TaskDraft;
  /** a secret for the webhook is kept already */
  isSigned: boolean;
  onChange(changes: Partial<TaskDraft>): void;
}

/** Within what a task may run, and who is told. */
export function LimitFields({ draft, isSigned, onChange }: LimitFieldsProps) {
  return (
    <div className="flex flex-wrap gap-3">
      <div className="flex flex-col gap-1">
        <span className="text-small text-ink-2">{words.tasks.priority}</span>
        <Segments
          label={words.tasks.priority}
          value={draft.priority}
          options={PRIORITIES.map((value) => ({ value, label: words.tasks.priorities[value] }))}
          onChange={(priority) => onChange({ priority })}
        />
      </div>
      <Labelled label={text.timeLimit} narrow>
        <input
          type="number"
          min="0"
          step="any"
          inputMode="decimal"
          value={draft.minutes}
          placeholder={text.noLimit}
          onChange={({ target }) => onChange({ minutes: target.value })}
          className={FIELD}
        />
      </Labelled>
      <Labelled label={text.budget} narrow>
        <input
          type="number"
          min="0"
          step="any"
          inputMode="decimal"
          value={draft.budget}
          placeholder={text.noLimit}
          onChange={({ target }) => onChange({ budget: target.value })}
          className={FIELD}
        />
      </Labelled>
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
            placeholder={isSigned ? text.webhookSecretKept : text.webhookSecretHint}
            autoComplete="off"
            onChange={({ target }) => onChange({ webhookSecret: target.value })}
            className={FIELD}
          />
        </Labelled>
      )}
    </div>
  );
}
