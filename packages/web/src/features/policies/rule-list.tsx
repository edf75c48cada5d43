import type { PolicyAction, PolicyRule } from '@pilotlight/protocol';
import { ArrowDown, ArrowUp, Pencil, Undo2 } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import * as words from '../../words/index.ts';
import { visibleText } from '../questions/visible-text.ts';
import { ruleSubject, ruleText } from './rule-text.ts';

export interface RuleListProps {
  rules: readonly PolicyRule[];
  editedId: string | null;
  onMove(rule: PolicyRule, by: 1 | -1): void;
  onEdit(rule: PolicyRule): void;
  onRemove(rule: PolicyRule): void;
}

const TONES: Record<PolicyAction, string> = { allow: 'text-good', ask: 'text-ink-2', deny: 'text-bad' };
const ICON = { size: 14, strokeWidth: 1.75 } as const;

/** The rules in the order in which they are tried. */
export function RuleList({ rules, editedId, onMove, onEdit, onRemove }: RuleListProps) {
  const w = words.policies;
  if (rules.length === 0) return <p className="text-small text-ink-3">{w.noRules}</p>;
  return (
    <ol className="flex flex-col">
      {rules.map((rule, at) => {
        const text = visibleText(ruleText(rule));
        return (
          <li
            key={rule.id}
            className={cx(
              'flex min-h-8 items-center gap-2.5 border-b border-line last:border-b-0',
              rule.id === editedId && 'bg-flame-wash',
            )}
          >
            <span className="w-5 shrink-0 text-right text-small text-ink-3 tabular-nums">{at + 1}</span>
            <span className={cx('w-11 shrink-0 font-medium', TONES[rule.action])}>
              {w.actions[rule.action]}
            </span>
            <span className="min-w-0 flex-1 truncate font-mono text-code" title={text}>
              {visibleText(ruleSubject(rule))}
            </span>
            {rule.permissionId === null ? null : (
              <span className="hidden shrink-0 text-small text-ink-3 phone:inline">{w.fromAlways}</span>
            )}
            <span className="flex shrink-0">
              <IconButton
                label={w.ofRule(w.up, text)}
                icon={<ArrowUp {...ICON} />}
                disabled={at === 0}
                onClick={() => onMove(rule, -1)}
              />
              <IconButton
                label={w.ofRule(w.down, text)}
                icon={<ArrowDown {...ICON} />}
                disabled={at === rules.length - 1}
                onClick={() => onMove(rule, 1)}
              />
              <IconButton
                label={w.ofRule(w.edit, text)}
                icon={<Pencil {...ICON} />}
                onClick={() => onEdit(rule)}
              />
              <IconButton
                label={w.ofRule(w.remove, text)}
                icon={<Undo2 {...ICON} />}
                onClick={() => onRemove(rule)}
              />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
