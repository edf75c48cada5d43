import type { PermissionOption } from '@pilotlight/protocol';

/**
 * The option that says what was decided without the user. Once, so that an agent remembers nothing that the user could not
 * take back; `isEverything`: then also always, where that is all that is offered. null: the agent offers nothing of the kind.
 */
export function optionFor(
  action: 'allow' | 'deny',
  options: readonly PermissionOption[],
  isEverything = false,
): PermissionOption | null {
  const of = (kind: PermissionOption['kind']) => options.find((option) => option.kind === kind) ?? null;
  if (action === 'deny') return of('reject_once') ?? of('reject_always');
  return of('allow_once') ?? (isEverything ? of('allow_always') : null);
}
