import type { NewPolicyRule, PermissionOption, PermissionSubject, ToolKind } from '@pilotlight/protocol';
import { itemsOf } from './match-rule.ts';
import { isGitsOwn, isInside } from './subject-paths.ts';
import { asPattern } from './wildcard.ts';

const MAX_RULES = 10;
const MAX_PATTERN = 500;

/** Kinds whose rule holds for the whole worktree: who always allows an edit means editing. */
const FILES: ReadonlySet<ToolKind> = new Set(['read', 'search', 'edit']);

/**
 * The rules that an "always" makes: for each command exactly that command, for files inside the worktree the kind, for one
 * path outside it exactly that. Empty when nothing can be said so that it covers this and no more; the agent is then told
 * "always" and keeps it in its own way.
 */
export function alwaysRules(subject: PermissionSubject, action: 'allow' | 'deny'): NewPolicyRule[] {
  const rules = distinct(rulesFor(subject, action));
  const fit = rules.length <= MAX_RULES && rules.every(isShort);
  return subject.complete && fit ? rules : [];
}

export function alwaysAction({ kind }: PermissionOption): 'allow' | 'deny' | null {
  if (kind === 'allow_always') return 'allow';
  return kind === 'reject_always' ? 'deny' : null;
}

function rulesFor(subject: PermissionSubject, action: 'allow' | 'deny'): NewPolicyRule[] {
  const { kind, paths } = subject;
  if (kind === 'execute') {
    const items = itemsOf(subject, '');
    // A rule says nothing of where a command is redirected, so it would never allow this one.
    if (items.some(({ command, complete }) => command === null || !complete || command.redirects.length > 0))
      return [];
    return items.flatMap(({ command }) =>
      command === null ? [] : [{ action, kind, command: asPattern(command.text) }],
    );
  }
  if (kind !== 'delete' && kind !== 'move' && !FILES.has(kind)) return [];
  return paths.map((path) => {
    if (!isInside(path)) return { action, kind, path: asPattern(path.real) };
    const isAny = FILES.has(kind) && action === 'allow' && !isGitsOwn(path);
    return { action, kind, path: isAny ? '**' : exactly(path.real) };
  });
}

/** A pattern without `/` would be a name anywhere. */
function exactly(path: string): string {
  return path.includes('/') ? asPattern(path) : `./${asPattern(path)}`;
}

function distinct(rules: NewPolicyRule[]): NewPolicyRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

function isShort({ command = '', path = '' }: NewPolicyRule): boolean {
  return [command, path].every((each) => each.length <= MAX_PATTERN && !/\p{Cc}/u.test(each));
}
