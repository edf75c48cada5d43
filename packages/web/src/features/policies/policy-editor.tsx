import type { NewPolicyRule, PolicyRule, PolicyScope } from '@pilotlight/protocol';
import { useState, type ReactNode } from 'react';
import { toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { ModeChoice } from './mode-choice.tsx';
import { RuleForm } from './rule-form.tsx';
import { RuleList } from './rule-list.tsx';
import { ruleText } from './rule-text.ts';
import { SELECT } from './select-look.ts';
import { useChangePolicy, usePolicy } from './use-policy.ts';

/** Seconds. */
const DEADLINES = [30, 60, 300, 900, 3600, 8 * 3600];

/** Mode, deadline and rules of one session or project; each change is in force at once. */
export function PolicyEditor({
  scope,
  scopeId,
  projectId,
}: {
  scope: PolicyScope;
  scopeId: string;
  projectId: string;
}) {
  const w = words.policies;
  const policy = usePolicy(scope, scopeId);
  const change = useChangePolicy(scope, scopeId);
  const project = usePolicy('project', projectId);
  const [edited, setEdited] = useState<PolicyRule | null>(null);
  const isSession = scope === 'session';
  const { rules, answerWithin } = policy;

  const remove = async (rule: PolicyRule): Promise<void> => {
    const isDone = await change((now) => ({
      rules: now.rules.filter(({ id }) => id !== rule.id).map(asSent),
    }));
    if (isDone) toast(w.removed(ruleText(rule)));
  };
  const save = async (rule: NewPolicyRule): Promise<boolean> => {
    const isDone = await change((now) => ({
      rules:
        edited === null
          ? [rule, ...now.rules.map(asSent)]
          : now.rules.map((each) => (each.id === edited.id ? { ...rule, id: each.id } : asSent(each))),
    }));
    if (isDone) setEdited(null);
    return isDone;
  };
  const wait = (seconds: number | null): void => void change(() => ({ answerWithin: seconds }));
  const move = (rule: PolicyRule, by: 1 | -1): void =>
    void change((now) => ({ rules: moved(now.rules, rule.id, by).map(asSent) }));
  const known =
    answerWithin === null || DEADLINES.includes(answerWithin) ? DEADLINES : [answerWithin, ...DEADLINES];

  return (
    <>
      <ModeChoice
        mode={policy.mode}
        revision={policy.revision}
        inherited={isSession ? (project.mode ?? 'ask') : null}
        onChange={(mode) => change(() => ({ mode }))}
      />
      <label className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <span className="min-w-56 flex-1">
          <span className="block">{w.deadline}</span>
          <span className="block text-small text-ink-3">{w.deadlineAbout}</span>
        </span>
        <select
          value={answerWithin ?? ''}
          onChange={({ target }) => wait(target.value === '' ? null : Number(target.value))}
          className={SELECT}
        >
          <option value="">
            {isSession && project.answerWithin !== null
              ? `${w.deadlineFromProject} (${w.within(project.answerWithin)})`
              : w.deadlineOff}
          </option>
          {known.map((seconds) => (
            <option key={seconds} value={seconds}>
              {w.within(seconds)}
            </option>
          ))}
        </select>
      </label>
      <Part title={w.rules}>
        <RuleForm
          key={edited?.id ?? 'new'}
          scope={scope}
          scopeId={scopeId}
          edited={edited}
          onSave={save}
          onCancel={() => setEdited(null)}
        />
        <RuleList
          rules={rules}
          editedId={edited?.id ?? null}
          onMove={move}
          onEdit={setEdited}
          onRemove={(rule) => void remove(rule)}
        />
        {isSession && project.rules.length > 0 ? (
          <p className="text-small text-ink-3">{w.afterwards(project.rules.length)}</p>
        ) : null}
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-2.5">
      <h3 className="border-b border-line pb-1.5 font-medium text-ink-2">{title}</h3>
      {children}
    </section>
  );
}

function moved(rules: readonly PolicyRule[], id: string, by: 1 | -1): PolicyRule[] {
  const from = rules.findIndex((rule) => rule.id === id);
  const rule = rules[from];
  return rule === undefined ? [...rules] : rules.toSpliced(from, 1).toSpliced(from + by, 0, rule);
}

/** A rule as it is sent: what the server keeps of it is the server's. */
function asSent({
  permissionId: _permission,
  createdAt: _at,
  ...rule
}: PolicyRule): NewPolicyRule & { id: string } {
  return rule;
}
