import type { AnswerPermission, Permission } from '@pilotlight/protocol';
import { Segments } from '../../ui/segments.tsx';
import * as words from '../../words/index.ts';
import { ruleText } from '../policies/rule-text.ts';
import { inOrder, isAlways } from './answers.ts';
import { visibleText } from './visible-text.ts';

export type Remember = NonNullable<AnswerPermission['remember']>;

export interface AlwaysNoteProps {
  permission: Permission;
  agentName: string;
  remember: Remember;
  onRemember(remember: Remember): void;
}

/** What an "always" among the options would do: the rules it makes and where, or that the agent keeps it itself. */
export function AlwaysNote({ permission, agentName, remember, onRemember }: AlwaysNoteProps) {
  const { options, always, toolCall } = permission;
  const w = words.policies;
  const names = inOrder(options)
    .filter(isAlways)
    .map(({ name }) => visibleText(name));
  if (names.length === 0) return null;
  const byAgent = (
    <p className="text-small text-ink-2">
      {words.questions.always(agentName, names, toolCall?.kind ?? 'other')}
    </p>
  );
  if (always.length === 0) return byAgent;
  return (
    <div className="flex flex-col gap-2 border-t border-line pt-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-small text-ink-2">
        <span>{w.remember}</span>
        <Segments
          label={w.remember}
          value={remember}
          options={(['session', 'project', 'agent'] as const).map((value) => ({
            value,
            label: w.rememberIn[value],
          }))}
          onChange={onRemember}
        />
      </div>
      {remember === 'agent' ? (
        byAgent
      ) : (
        <p className="text-small text-ink-2">
          {always.length === 1 ? w.makes : w.makesMany}{' '}
          {always.map((rule, at) => (
            <span key={at}>
              {at === 0 ? null : ', '}
              <code className="rounded-sm border border-line bg-sunken px-1 font-mono break-all text-ink">
                {visibleText(ruleText(rule))}
              </code>
            </span>
          ))}
          . {w.takeBack}
        </p>
      )}
    </div>
  );
}
