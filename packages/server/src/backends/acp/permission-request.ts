import type {
  AcpToolSnapshot,
  PermissionOption,
  PermissionOutcome,
  PermissionRequest,
} from '@pilotlight/protocol';
import { asString, mapObjects, type RawObject } from './raw-values.ts';

/** `PermissionOutcome` as ACP's answer carries it. */
export type PermissionAnswer = {
  outcome: { outcome: 'selected'; optionId: string } | { outcome: 'cancelled' };
};

export const CANCELLED: PermissionAnswer = { outcome: { outcome: 'cancelled' } };

const kinds = new Set<unknown>(['allow_once', 'allow_always', 'reject_once', 'reject_always']);

/** null when nothing can be chosen. An option of unknown kind is left out: nobody could say whether it allows. */
export function permissionRequest(params: RawObject, toolCall: AcpToolSnapshot): PermissionRequest | null {
  const options = mapObjects(params['options'], (raw): PermissionOption | null => {
    const optionId = asString(raw['optionId']);
    if (optionId === null || !kinds.has(raw['kind'])) return null;
    const kind = raw['kind'] as PermissionOption['kind'];
    return { optionId, name: asString(raw['name']) ?? optionId, kind };
  });
  return options.length === 0 ? null : { toolCall, options };
}

/** The refusal among the options, for when nobody can be asked. */
export function refusal(options: PermissionOption[]): PermissionOutcome {
  const option =
    options.find(({ kind }) => kind === 'reject_once') ??
    options.find(({ kind }) => kind === 'reject_always');
  return option ? { outcome: 'selected', optionId: option.optionId } : { outcome: 'cancelled' };
}

/** Whether the outcome says no. */
export function isRefused(options: PermissionOption[], outcome: PermissionOutcome): boolean {
  if (outcome.outcome === 'cancelled') return true;
  const kind = options.find(({ optionId }) => optionId === outcome.optionId)?.kind;
  return kind === 'reject_once' || kind === 'reject_always';
}

/** An id that the agent did not offer counts as cancelled. */
export function permissionAnswer(options: PermissionOption[], outcome: PermissionOutcome): PermissionAnswer {
  const known =
    outcome.outcome === 'selected' && options.some(({ optionId }) => optionId === outcome.optionId);
  return known ? { outcome: { outcome: 'selected', optionId: outcome.optionId } } : CANCELLED;
}
