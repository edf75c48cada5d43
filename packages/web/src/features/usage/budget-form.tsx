import type { Budget, BudgetScope } from '@pilotlight/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { BUDGETS, useBudgets } from './reads.ts';

const text = words.holds;

export interface BudgetFormProps {
  /** `day`, or the id of a chat or session */
  subject: string;
  scope: BudgetScope;
  /** its title and what it does are said already */
  compact?: boolean;
}

/** The most that may be used: shown, changed, taken back. */
export function BudgetForm({ subject, scope, compact = false }: BudgetFormProps) {
  const { data } = useBudgets();
  const budget = data?.find((each) => each.subject === subject);
  if (data === undefined) return null;
  return (
    <div className="flex flex-wrap items-end gap-x-6 gap-y-2">
      {compact ? null : (
        <div className="min-w-56 flex-1">
          <p>{text.budgets[scope]}</p>
          <p className="text-small text-ink-3">
            {budget === undefined ? text.budgetAbout[scope] : usedWords(budget)}
          </p>
        </div>
      )}
      {/* Another budget is another form: its fields begin with what is set. */}
      <Fields key={JSON.stringify(budget ?? null)} subject={subject} scope={scope} budget={budget} />
    </div>
  );
}

function Fields({
  subject,
  scope,
  budget,
}: {
  subject: string;
  scope: BudgetScope;
  budget: Budget | undefined;
}) {
  const queries = useQueryClient();
  const [cost, setCost] = useState(String(budget?.cost?.amount ?? ''));
  const [tokens, setTokens] = useState(String(budget?.tokens ?? ''));
  const [money, count] = [Number(cost), Math.round(Number(tokens))];
  const isUsable = money > 0 || count > 0;
  const after = (change: Promise<unknown>): void => {
    void change.catch(showError).finally(() => void queries.invalidateQueries({ queryKey: BUDGETS }));
  };
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (!isUsable) return;
    const currency = budget?.cost?.currency ?? 'USD';
    after(
      server.setBudget(subject, {
        cost: money > 0 ? { amount: money, currency } : null,
        tokens: count > 0 ? count : null,
      }),
    );
  };
  return (
    <form onSubmit={send} aria-label={text.budgets[scope]} className="flex flex-wrap items-end gap-2">
      <Field label={budget?.cost?.currency ?? text.cost} value={cost} step="0.01" onChange={setCost} />
      <Field label={text.tokens} value={tokens} step="1" onChange={setTokens} />
      <Button type="submit" disabled={!isUsable}>
        {budget === undefined ? text.setBudget : text.raise}
      </Button>
      {budget === undefined ? null : (
        <Button look="quiet" onClick={() => after(server.removeBudget(subject))}>
          {text.removeBudget}
        </Button>
      )}
    </form>
  );
}

interface FieldProps {
  label: string;
  value: string;
  step: string;
  onChange(value: string): void;
}

function Field({ label, value, step, onChange }: FieldProps) {
  const id = useId();
  return (
    <span className="flex flex-col">
      <label htmlFor={id} className="text-small text-ink-3">
        {label}
      </label>
      <input
        id={id}
        type="number"
        min="0"
        step={step}
        inputMode="decimal"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-7 w-28 rounded-md border border-line-strong bg-raised px-2 text-ui text-ink tabular-nums pointer-coarse:h-11"
      />
    </span>
  );
}

function usedWords({ cost, tokens, usedCost, usedTokens }: Budget): string {
  const { money, tokens: count } = words.usage;
  return [
    ...(cost === null ? [] : [text.used(money({ ...cost, amount: usedCost }), money(cost))]),
    ...(tokens === null
      ? []
      : [`${text.used(count(usedTokens), count(tokens))} ${text.tokens.toLowerCase()}`]),
  ].join(', ');
}
