import type { NewPolicyRule, PolicyAction, PolicyRule, PolicyScope, ToolKind } from '@pilotlight/protocol';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { useAgents } from '../composer/use-agents.ts';
import { FIELD, SELECT } from './select-look.ts';

export interface RuleFormProps {
  scope: PolicyScope;
  scopeId: string;
  /** null: a new one is written */
  edited: PolicyRule | null;
  /** false: it was not kept */
  onSave(rule: NewPolicyRule): Promise<boolean>;
  onCancel(): void;
}

interface Entered {
  action: PolicyAction;
  kind: ToolKind | '';
  command: string;
  path: string;
  agent: string;
}

const NOTHING: Entered = { action: 'allow', kind: '', command: '', path: '', agent: '' };

/** One rule, and what it would have done with what was asked before. */
export function RuleForm({ scope, scopeId, edited, onSave, onCancel }: RuleFormProps) {
  const w = words.policies;
  const agents = useAgents();
  const [entered, setEntered] = useState<Entered>(
    edited === null ? NOTHING : { ...NOTHING, ...spoken(edited) },
  );
  const rule = ruleOf(entered);
  const isEmpty = entered.kind === '' && rule.command === undefined && rule.path === undefined;
  const set = (change: Partial<Entered>): void => setEntered((before) => ({ ...before, ...change }));

  const submit = async (): Promise<void> => {
    if (!isEmpty && (await onSave(rule))) setEntered(NOTHING);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      className="flex flex-col gap-2 rounded-md border border-line bg-sunken p-2.5"
    >
      <div className="flex flex-wrap gap-2">
        <select
          aria-label={w.action}
          value={entered.action}
          onChange={({ target }) => set({ action: target.value as PolicyAction })}
          className={SELECT}
        >
          {(['allow', 'ask', 'deny'] as const).map((action) => (
            <option key={action} value={action}>
              {w.actions[action]}
            </option>
          ))}
        </select>
        <select
          aria-label={w.kind}
          value={entered.kind}
          onChange={({ target }) => set({ kind: target.value as ToolKind | '' })}
          className={SELECT}
        >
          <option value="">{w.anyKind}</option>
          {Object.entries(w.kinds).map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
        <select
          aria-label={w.agent}
          value={entered.agent}
          onChange={({ target }) => set({ agent: target.value })}
          className={SELECT}
        >
          <option value="">{w.anyAgent}</option>
          {agents.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div className="flex flex-wrap gap-2">
        <input
          aria-label={w.commandPattern}
          placeholder={w.commandHint}
          value={entered.command}
          maxLength={500}
          spellCheck={false}
          onChange={({ target }) => set({ command: target.value })}
          className={`${FIELD} flex-[2_1_14rem] font-mono text-code`}
        />
        <input
          aria-label={w.pathPattern}
          placeholder={w.pathHint}
          value={entered.path}
          maxLength={500}
          spellCheck={false}
          onChange={({ target }) => set({ path: target.value })}
          className={`${FIELD} flex-[1_1_10rem] font-mono text-code`}
        />
      </div>
      <div className="flex min-h-7 items-center gap-2">
        <p role="status" className="min-w-0 flex-1 text-small text-ink-2">
          {isEmpty ? null : <Tried scope={scope} scopeId={scopeId} rule={rule} />}
        </p>
        {edited === null ? null : (
          <Button look="quiet" onClick={onCancel}>
            {w.cancel}
          </Button>
        )}
        <Button type="submit" look="primary" disabled={isEmpty}>
          {edited === null ? w.add : w.save}
        </Button>
      </div>
    </form>
  );
}

/** Asked anew with each key; the last answer stays until the next is there. */
function Tried({ scope, scopeId, rule }: { scope: PolicyScope; scopeId: string; rule: NewPolicyRule }) {
  const w = words.policies;
  const { data, error } = useQuery({
    queryKey: ['policy-dry-run', scopeId, rule],
    queryFn: ({ signal }) => server.dryRunPolicy(scope, scopeId, { rules: [rule] }, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (error !== null) return <span className="text-bad">{error.message}</span>;
  if (data === undefined) return null;
  const count = rule.action === 'deny' ? data.denied : data.allowed;
  return (
    <>
      {w.tried(rule.action, count, data.considered)}
      {data.against === 0 ? null : <span className="text-bad"> {w.against(data.against)}</span>}
    </>
  );
}

function spoken({ action, kind, command, path, agent }: PolicyRule): Partial<Entered> {
  return {
    action,
    ...(kind === undefined ? {} : { kind }),
    ...(command === undefined ? {} : { command }),
    ...(path === undefined ? {} : { path }),
    ...(agent === undefined ? {} : { agent }),
  };
}

function ruleOf({ action, kind, command, path, agent }: Entered): NewPolicyRule {
  return {
    action,
    ...(kind === '' ? {} : { kind }),
    ...(command.trim() === '' ? {} : { command: command.trim() }),
    ...(path.trim() === '' ? {} : { path: path.trim() }),
    ...(agent === '' ? {} : { agent }),
  };
}
